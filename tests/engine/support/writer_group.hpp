#pragma once

#include "counter/shard/shared_ledger.hpp"

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace support {

/// A transaction of a writer that sets counters and adds records, whatever it finds.
class writer_group {
public:
  explicit writer_group(counter::shared_writer& writer) : writer_(writer) {}

  /// Call these in order of the names.
  writer_group& set(const std::string& name, std::int64_t value);
  writer_group& remember(const std::string& id);

  counter::transaction_result begin(
      counter::shared_writer::mode mode = counter::shared_writer::mode::write);
  counter::transaction_result commit();
  /// Begins and commits.
  counter::transaction_result write();

  std::vector<std::string_view> missing{};  ///< names that must have no row
  std::vector<counter::shared_row> rows;
  std::vector<counter::shared_record> records;

private:
  counter::shared_writer& writer_;
  std::list<std::string> names_;
  std::vector<std::int64_t> values_;
  counter::time_point now_{};
};

}  // namespace support
