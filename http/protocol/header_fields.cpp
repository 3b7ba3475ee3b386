#include "http/protocol/header_fields.hpp"

#include <cassert>
#include <cstring>

namespace http {

namespace {

struct head {
  header_fields::name name;
  std::uint16_t size;
};

}  // namespace

void header_fields::add(name which, std::string_view value) {
  assert(value.size() <= UINT16_MAX);
  const head added{which, static_cast<std::uint16_t>(value.size())};
  char bytes[sizeof added];
  std::memcpy(bytes, &added, sizeof added);
  bytes_.append(bytes, sizeof bytes);
  bytes_.append(value);
}

std::size_t header_fields::count(name which) const noexcept {
  std::size_t count = 0;
  for_each([&](name next, std::string_view) { count += next == which ? 1 : 0; });
  return count;
}

std::optional<std::string> header_fields::find(name which) const {
  std::optional<std::string> all;
  for_each([&](name next, std::string_view value) {
    if (next != which)
      return;
    if (all)
      all->append(", ").append(value);
    else
      all.emplace(value);
  });
  return all;
}

void header_fields::shrink(std::size_t kept_bytes) {
  if (bytes_.capacity() > kept_bytes)
    std::string{}.swap(bytes_);
}

template <class Visit>
void header_fields::for_each(Visit visit) const {
  for (std::string_view rest = bytes_; !rest.empty();) {
    head next;
    std::memcpy(&next, rest.data(), sizeof next);
    rest.remove_prefix(sizeof next);
    visit(next.name, rest.substr(0, next.size));
    rest.remove_prefix(next.size);
  }
}

}  // namespace http
