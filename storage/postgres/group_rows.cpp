#include "storage/postgres/group_rows.hpp"

#include "storage/encoding/states.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

namespace storage::postgres {

using counter::shared_record;
using counter::shared_row;

namespace {

/// The row of `counters`: a negative expiry is the time of a deletion.
void read_row(const result& found, std::size_t index, shared_row& row) {
  const auto value = found.number(index, 1);
  row.version = static_cast<std::uint64_t>(found.number(index, 2));
  const auto expires_at = found.number(index, 3);
  if (expires_at < 0)
    return;
  row.current = counter::state{value, row.version, {}};
  if (expires_at > 0)
    row.current->expires_at = time_of(expires_at);
}

}  // namespace

std::int64_t number_of(counter::time_point time) noexcept {
  return time.time_since_epoch().count();
}

counter::time_point time_of(std::int64_t number) noexcept {
  return counter::time_point{std::chrono::milliseconds{number}};
}

void read_rows(const result& found, std::span<shared_row> rows) {
  for (std::size_t i = 0; i < found.rows(); ++i) {
    const auto name = found.bytes(i, 0);
    const auto row = std::lower_bound(
        rows.begin(), rows.end(), name,
        [](const shared_row& left, std::string_view right) { return left.name < right; });
    if (row != rows.end() && row->name == name)
      read_row(found, i, *row);
  }
}

counter::shared_usage usage_in(const result& found) {
  return {found.number(0, 0), found.number(0, 1)};
}

void read_records(const result& found, std::span<shared_record> records) {
  for (std::size_t i = 0; i < found.rows(); ++i) {
    const auto id = found.bytes(i, 0);
    const auto record = std::lower_bound(
        records.begin(), records.end(), id,
        [](const shared_record& left, std::string_view right) { return left.id < right; });
    if (record == records.end() || record->id != id)
      continue;
    if (!storage::decode(found.bytes(i, 1), record->current.emplace()))
      throw error{failure::other, "", "an idempotency record is damaged"};
  }
}

parameters write_parameters(parameters writer, const counter::shared_changes& changes) {
  array names{array::type::text}, values{array::type::int8}, versions{array::type::int8},
      replaced{array::type::int8}, expiries{array::type::int8};
  for (const auto& [row, after] : changes.rows) {
    names.add(row->name);
    values.add(after ? after->value : 0);
    versions.add(static_cast<std::int64_t>(after ? after->version : changes.version));
    replaced.add(static_cast<std::int64_t>(row->version));
    expiries.add(!after              ? -number_of(changes.now)
                 : after->expires_at ? number_of(*after->expires_at)
                                     : 0);
  }
  array ids{array::type::bytea}, forgets{array::type::int8}, replaced_forgets{array::type::int8},
      records{array::type::bytea};
  std::string encoded;
  for (const auto& [id, record, replaced_forget_at] : changes.records) {
    ids.add(id);
    forgets.add(number_of(record->forget_at));
    replaced_forgets.add(number_of(replaced_forget_at));
    storage::encode(encoded, *record);
    records.add(std::string_view{encoded});
  }
  for (auto* each : {&names, &values, &versions, &replaced, &expiries, &ids, &forgets,
                     &replaced_forgets, &records})
    writer.add(*each);
  writer.add(number_of(changes.now)).add(changes.counters).add(changes.idempotency_records);
  writer.add(static_cast<std::int64_t>(changes.rows.size() + changes.records.size()));
  array missing{array::type::text};
  for (const auto name : changes.missing)
    missing.add(name);
  return writer.add(missing);
}

}  // namespace storage::postgres
