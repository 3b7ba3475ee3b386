#include "http/server/loop_balance.hpp"

namespace http {

unsigned loop_balance::loop_for(unsigned acceptor, std::size_t connections) const noexcept {
  const auto loops = static_cast<unsigned>(loads_.size());
  const auto average = connections / loops;
  auto fewest = loads_[acceptor].connections();
  if (fewest <= average + average / 8)
    return acceptor;
  // From the next one on, so that not all take the first of several that are equal.
  auto chosen = acceptor;
  for (unsigned i = 1; i < loops; ++i) {
    const auto loop = (acceptor + i) % loops;
    const auto load = loads_[loop].connections();
    if (load < fewest) {
      fewest = load;
      chosen = loop;
    }
  }
  return chosen;
}

}  // namespace http
