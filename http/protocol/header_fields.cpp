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

void header_fields::add(name field, std::string_view value) {
  assert(value.size() <= UINT16_MAX);
  present_ |= bit(field);
  const head added{field, static_cast<std::uint16_t>(value.size())};
  char bytes[sizeof added];
  std::memcpy(bytes, &added, sizeof added);
  bytes_.append(bytes, sizeof bytes);
  bytes_.append(value);
}

std::size_t header_fields::count(name field) const noexcept {
  std::size_t count = 0;
  for_each([&](auto next, std::string_view) { count += next == field ? 1 : 0; });
  return count;
}

std::optional<std::string_view> header_fields::find_single(name field) const noexcept {
  std::optional<std::string_view> single;
  bool is_repeated = false;
  for_each([&](auto next, std::string_view value) {
    if (next != field)
      return;
    is_repeated = single.has_value();
    single = value;
  });
  return is_repeated ? std::nullopt : single;
}

std::optional<std::string> header_fields::find(name field) const {
  std::optional<std::string> list;
  for_each([&](auto next, std::string_view value) {
    if (next != field)
      return;
    if (list)
      list->append(", ").append(value);
    else
      list.emplace(value);
  });
  return list;
}

void header_fields::shrink(std::size_t bytes_max) {
  if (bytes_.capacity() <= bytes_max)
    return;
  std::string{}.swap(bytes_);
  present_ = 0;
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
