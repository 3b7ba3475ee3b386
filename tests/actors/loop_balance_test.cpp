#include "http/server/loop_balance.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

using http::loop_balance;

namespace {

std::vector<std::size_t> loads_of(const loop_balance& balance, unsigned loops) {
  std::vector<std::size_t> loads;
  for (unsigned i = 0; i < loops; ++i)
    loads.push_back(balance[i].connections());
  return loads;
}

}  // namespace

TEST_CASE("loop_balance::loop_for() evens connections out, whichever loop accepts them") {
  for (const unsigned loops : {1u, 2u, 8u, 64u}) {
    for (const std::size_t connections : {1u, 2u, 8u, 63u, 64u}) {
      CAPTURE(loops);
      CAPTURE(connections);
      loop_balance balance{loops};
      std::mt19937 random{loops};
      for (std::size_t i = 0; i < connections; ++i)
        balance[balance.loop_for(i % 2 == 0 ? 0 : static_cast<unsigned>(random() % loops), i)]
            .add();
      const auto loads = loads_of(balance, loops);
      const auto even = (connections + loops - 1) / loops;
      CHECK(*std::max_element(loads.begin(), loads.end()) <= even + even / 8);
    }
  }
}

TEST_CASE("loop_balance::loop_for() lets a loop have an eighth more than the average") {
  loop_balance balance{4};
  for (unsigned loop = 0; loop < 4; ++loop)
    for (int i = 0; i < 16; ++i)
      balance[loop].add();
  balance[1].remove();
  std::size_t connections = 63;
  for (; balance.loop_for(2, connections) == 2; ++connections)
    balance[2].add();
  CHECK(loads_of(balance, 4) == std::vector<std::size_t>{16, 15, 19, 16});
  CHECK(balance.loop_for(2, connections) == 1);
}

TEST_CASE("loop_balance::loop_for() hands over few of many short connections") {
  constexpr unsigned loops = 8, open = 800;
  loop_balance balance{loops};
  std::mt19937 random{1};
  std::vector<unsigned> connections;
  int handed_over = 0;
  constexpr int accepted = 100'000;
  for (int i = 0; i < accepted; ++i) {
    const unsigned acceptor = random() % loops;
    const auto loop = balance.loop_for(acceptor, connections.size());
    handed_over += loop == acceptor ? 0 : 1;
    balance[loop].add();
    connections.push_back(loop);
    if (connections.size() == open) {
      std::swap(connections[random() % open], connections.back());
      balance[connections.back()].remove();
      connections.pop_back();
    }
  }
  CHECK(handed_over < accepted / 10);
  const auto loads = loads_of(balance, loops);
  CHECK(*std::max_element(loads.begin(), loads.end()) <= open / loops * 9 / 8 + 1);
}
