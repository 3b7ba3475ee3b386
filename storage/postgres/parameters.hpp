#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace storage::postgres {

/// A one-dimensional array without nulls in PostgreSQL's binary format (array_recv() in its
/// arrayfuncs.c).
class array {
public:
  /// The type of the elements, by its OID, which is the same in every database (pg_type.dat).
  enum class type : std::uint32_t { bytea = 17, int8 = 20, text = 25 };

  explicit array(type elements);

  void add(std::int64_t number);
  void add(std::string_view bytes);

  bool is_empty() const noexcept { return size_ == 0; }

  /// Completes the header. Call it once, after the last add().
  const std::string& finish();

private:
  type elements_;
  std::uint32_t size_ = 0;
  std::string bytes_;
};

/// The parameters of a statement in the binary format. Their types are those that the statement
/// says ($1::int8).
class parameters {
public:
  parameters& add(std::int64_t number);
  parameters& add(std::string_view text);
  parameters& add(array& elements) { return add(std::string_view{elements.finish()}); }

  std::size_t size() const noexcept { return values_.size(); }
  const std::string& operator[](std::size_t index) const noexcept { return values_[index]; }

private:
  std::vector<std::string> values_;
};

/// Reads an int8 in the binary format.
std::int64_t to_int8(std::string_view bytes);

}  // namespace storage::postgres
