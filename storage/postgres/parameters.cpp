#include "storage/postgres/parameters.hpp"

#include "storage/postgres/error.hpp"

namespace storage::postgres {

namespace {

constexpr std::size_t header_bytes = 20;

/// Highest byte first.
template <class Integer>
void write(char* to, Integer value) {
  for (auto i = sizeof value; i-- > 0; value = static_cast<Integer>(value >> 8))
    to[i] = static_cast<char>(value & 0xff);
}

template <class Integer>
void append(std::string& to, Integer value) {
  const auto end = to.size();
  to.resize(end + sizeof value);
  write(to.data() + end, value);
}

}  // namespace

array::array(type elements) : elements_(elements), bytes_(header_bytes, '\0') {}

void array::add(std::int64_t number) {
  append(bytes_, std::uint32_t{sizeof number});
  append(bytes_, static_cast<std::uint64_t>(number));
  ++size_;
}

void array::add(std::string_view bytes) {
  append(bytes_, static_cast<std::uint32_t>(bytes.size()));
  bytes_ += bytes;
  ++size_;
}

const std::string& array::finish() {
  const std::uint32_t dimensions = size_ > 0 ? 1 : 0;
  write(bytes_.data(), dimensions);
  write(bytes_.data() + 4, std::uint32_t{0});  // it has no nulls
  write(bytes_.data() + 8, static_cast<std::uint32_t>(elements_));
  if (dimensions == 0) {
    bytes_.resize(12);
    return bytes_;
  }
  write(bytes_.data() + 12, size_);
  write(bytes_.data() + 16, std::uint32_t{1});  // the first index
  return bytes_;
}

parameters& parameters::add(std::int64_t number) {
  append(values_.emplace_back(), static_cast<std::uint64_t>(number));
  return *this;
}

parameters& parameters::add(std::string_view text) {
  values_.emplace_back(text);
  return *this;
}

std::int64_t to_int8(std::string_view bytes) {
  if (bytes.size() != sizeof(std::int64_t))
    throw error{failure::other, "", "a number of the database has another size than it should"};
  std::uint64_t number = 0;
  for (const char c : bytes)
    number = number << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(number);
}

}  // namespace storage::postgres
