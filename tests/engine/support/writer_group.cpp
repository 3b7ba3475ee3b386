#include "tests/engine/support/writer_group.hpp"

#include "counter/shard/version.hpp"

#include <algorithm>
#include <chrono>

namespace support {

using counter::transaction_result;

writer_group& writer_group::set(const std::string& name, std::int64_t value) {
  rows.push_back({names_.emplace_back(name), true});
  values_.push_back(value);
  return *this;
}

writer_group& writer_group::remember(const std::string& id) {
  records.push_back({id});
  return *this;
}

transaction_result writer_group::begin(counter::shared_writer::mode mode) {
  writer_.begin_group();
  counter::shared_writer::lookup wanted{.rows = rows, .records = records, .mode = mode};
  const auto result = writer_.begin(wanted);
  now_ = wanted.now;
  return result;
}

transaction_result writer_group::commit() {
  auto version = counter::version_at(now_);
  for (const auto& row : rows)
    version = std::max(version, row.version);
  std::vector<counter::shared_row_change> row_changes;
  std::int64_t created = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    row_changes.push_back({&rows[i], counter::state{values_[i], ++version, {}}});
    created += rows[i].current ? 0 : 1;
  }
  const counter::idempotency_record record{{}, {}, now_ + std::chrono::hours{1}};
  std::vector<counter::shared_record_change> record_changes;
  std::int64_t added = 0;
  for (const auto& [id, current] : records) {
    record_changes.push_back({id, &record, current ? current->forget_at : counter::time_point{}});
    added += current ? 0 : 1;
  }
  return writer_.commit({.rows = row_changes,
                         .records = record_changes,
                         .missing = missing,
                         .version = version,
                         .now = now_,
                         .counters = created,
                         .idempotency_records = added});
}

transaction_result writer_group::write() {
  const auto result = begin();
  return result == transaction_result::ok ? commit() : result;
}

}  // namespace support
