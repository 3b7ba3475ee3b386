#include "counter/fingerprint.hpp"

#include "counter/siphash.hpp"

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

namespace counter {

namespace {

/// Canonical bytes. Every item has a fixed length or is preceded by its length, so no two batches
/// have the same.
class canonical_bytes {
public:
  void put(const full_command& command) {
    put(command.name.size());
    bytes_ += command.name;
    const auto& parameters = command.parameters;
    put(parameters.operation);
    put(parameters.operand);
    put(parameters.initial);
    put(parameters.create);
    put(parameters.min);
    put(parameters.max);
    put(parameters.on_limit);
    put(parameters.ttl ? std::optional{parameters.ttl->count()} : std::nullopt);
    put(parameters.ttl_mode);
    put(command.condition.if_match);
    put(command.condition.if_none_match);
  }

  const std::string& view() const noexcept { return bytes_; }

private:
  /// As 64 bits, lowest byte first.
  template <class Number>
  requires std::integral<Number> || std::is_enum_v<Number>
  void put(Number number) {
    auto rest = static_cast<std::uint64_t>(number);
    std::array<char, sizeof rest> bytes;
    for (auto& byte : bytes) {
      byte = static_cast<char>(rest & 0xff);
      rest >>= 8;
    }
    bytes_.append(bytes.data(), bytes.size());
  }

  template <class Value>
  void put(const std::optional<Value>& value) {
    put(value.has_value());
    if (value)
      put(*value);
  }

  void put(const version_set& versions) {
    put(versions.is_any);
    put(versions.listed.size());
    for (const auto version : versions.listed)
      put(version);
  }

  std::string bytes_;
};

}  // namespace

std::int64_t fingerprint_of(std::span<const full_command> batch) {
  canonical_bytes bytes;
  for (const auto& command : batch)
    bytes.put(command);
  // A peer that finds two batches with one fingerprint harms itself only: the key need not be
  // secret.
  return static_cast<std::int64_t>(siphash({}, bytes.view()));
}

}  // namespace counter
