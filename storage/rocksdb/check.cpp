#include "storage/rocksdb/check.hpp"

#include "storage/rocksdb/changes.hpp"
#include "storage/rocksdb/commit_watermark.hpp"
#include "storage/rocksdb/data_directory.hpp"
#include "storage/rocksdb/database_opener.hpp"
#include "storage/rocksdb/row_scan.hpp"
#include "storage/rocksdb/rows.hpp"
#include "storage/rocksdb/shortage.hpp"
#include "storage/rocksdb/shortage_file_system.hpp"
#include "storage/rocksdb/write_buffer.hpp"

#include <rocksdb/db.h>

#include <cerrno>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace storage {

namespace {

using counter::due_entry;
using counter::time_point;

constexpr std::size_t memory_bytes = std::size_t{64} << 20;
constexpr std::size_t damages_max = 100;

/// Returns whether a call that failed with this error says nothing about the bytes of the file.
bool is_refusal(int error) {
  return shortage_of(error) != shortage::none || error == EACCES || error == EPERM;
}

/// Throws if `status` is that of such a call.
void require_access(const std::string& database, const rocksdb::Status& status) {
  if (shortage_of(status) != shortage::none || has_error(status, EACCES) ||
      has_error(status, EPERM))
    throw std::runtime_error(database + ": cannot be checked: " + status.getState());
}

/// Names come from peers and may contain what a terminal obeys.
std::string printable(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && c != '\\')
      text += c;
    else
      text.append("\\x") += {digits[byte >> 4], digits[byte & 0xf]};
  }
  return text;
}

class inspection {
public:
  inspection(rocksdb::DB& database, check_result& result) : database_(database), result_(result) {
    options_.fill_cache = false;
  }

  void run() {
    if (const auto status = database_.VerifyChecksum(options_); !status.ok())
      damage(status);
    read_changes();
    const std::unique_ptr<rocksdb::Iterator> rows{database_.NewIterator(options_)};
    for (rows->SeekToFirst(); rows->Valid(); rows->Next())
      inspect(rows->key().ToStringView(), rows->value().ToStringView());
    if (!rows->status().ok())
      damage(rows->status());
    newer_.for_each([this](const change& change) { inspect_counter(change.name, change.row); });
    expect("counters", counters_, result_.counters);
    expect("idempotency records", idempotency_records_, result_.idempotency_records);
    if (more_ > 0)
      result_.damages.push_back("and " + std::to_string(more_) + " more");
  }

  void damage(std::string line) {
    if (result_.damages.size() < damages_max)
      result_.damages.push_back(std::move(line));
    else
      ++more_;
  }

private:
  void damage(const rocksdb::Status& status) {
    require_access(database_.GetName(), status);
    damage(status.ToString());
  }

  /// The changes take precedence over the counters' own rows.
  void read_changes() {
    const auto take = [this](std::string_view key, std::string_view changes) {
      std::uint64_t number = 0;
      if (decode_changes_key(key, number) && are_changes(changes))
        newer_.restore(number, changes);
    };
    // An error shows up again, and is reported, in the loop over all rows.
    for_each_row(database_, row::changes, options_, take).PermitUncheckedError();
  }

  void inspect_counter(std::string_view name, std::string_view row) {
    counter::state state;
    if (row.empty() || !decode(row, state))
      return;
    ++result_.counters;
    if (state.expires_at)
      expect_due(due_entry::kind_type::counter, name, *state.expires_at);
  }

  void inspect(std::string_view key, std::string_view value) {
    std::string_view id;
    counter::state state;
    counter::idempotency_record idempotency_record;
    due_entry due;
    std::uint32_t shard = 0;
    std::uint64_t number = 0;
    std::string_view newer;
    shard_row row;
    if (decode_counter_key(key, id) && decode(value, state)) {
      if (!newer_.find(id, newer))
        inspect_counter(id, value);
    } else if (decode_idempotency_record_key(key, id) && decode(value, idempotency_record)) {
      ++result_.idempotency_records;
      expect_due(due_entry::kind_type::idempotency_record, id, idempotency_record.forget_at);
    } else if (decode_due_key(key, due) && value.empty()) {
      if (time_of(due) != due.at)
        damage("a due row does not match its counter or record: " + printable(key));
    } else if (decode_shard_key(key, shard) && decode(value, row)) {
      counters_ += row.counters;
      idempotency_records_ += row.idempotency_records;
    } else if (decode_changes_key(key, number) && are_changes(value)) {
      // read_changes() has them.
    } else {
      damage("not a row: " + printable(key));
    }
  }

  bool get(const std::string& key, std::string& value) {
    const auto status = database_.Get(options_, key, &value);
    if (!status.ok() && !status.IsNotFound())
      damage(status);
    return status.ok();
  }

  void expect_due(due_entry::kind_type kind, std::string_view id, time_point at) {
    due_key(key_, kind, id, at);
    if (!get(key_, value_))
      damage("its due row is missing: " + printable(id));
  }

  /// When its own row says that it is due; nullopt if there is none or it never is.
  std::optional<time_point> time_of(const due_entry& due) {
    if (due.kind == due_entry::kind_type::counter) {
      counter::state state;
      std::string_view newer;
      if (newer_.find(due.id, newer))
        return decode(newer, state) ? state.expires_at : std::nullopt;
      counter_key(key_, due.id);
      return get(key_, value_) && decode(value_, state) ? state.expires_at : std::nullopt;
    }
    idempotency_record_key(key_, due.id);
    counter::idempotency_record idempotency_record;
    return get(key_, value_) && decode(value_, idempotency_record)
               ? std::optional{idempotency_record.forget_at}
               : std::nullopt;
  }

  void expect(const char* rows, std::int64_t total, std::uint64_t count) {
    if (total < 0 || static_cast<std::uint64_t>(total) != count)
      damage("there are " + std::to_string(count) + " " + rows + ", but the shards count " +
             std::to_string(total));
  }

  rocksdb::DB& database_;
  check_result& result_;
  rocksdb::ReadOptions options_;
  write_buffer newer_{counter::random_siphash_key(), 0};
  std::int64_t counters_ = 0, idempotency_records_ = 0;  // the totals of the shards
  std::size_t more_ = 0;                                 // damages than damages_max
  std::string key_, value_;
};

}  // namespace

check_result check(const std::filesystem::path& path) {
  const auto file_system = std::make_shared<shortage_file_system>(default_file_system());
  const data_directory directory{path, data_directory::access::check, *file_system};
  check_result result;
  std::uint64_t watermark = 0;
  try {
    watermark = commit_watermark::read(directory.commit_watermark());
  } catch (const std::system_error& error) {
    if (is_refusal(error.code().value()))
      throw;
    result.damages.emplace_back(error.what());
  } catch (const std::exception& error) {
    result.damages.emplace_back(error.what());
  }
  database_opener opener{directory.database(), memory_bytes, file_system,
                         [](const rocksdb::Status&) {}};
  std::unique_ptr<rocksdb::DB> database;
  std::uint64_t latest = 0;
  auto status = opener.inspect(latest);
  if (status.ok())
    status = opener.open(database_opener::access::read_only, database);
  if (!status.ok()) {
    require_access(directory.database(), status);
    result.damages.push_back(directory.database().string() + ": " + status.ToString());
    return result;
  }
  inspection inspection{*database, result};
  if (latest < watermark)
    inspection.damage(directory.database().string() +
                      ": acknowledged changes are missing at the end of the log");
  inspection.run();
  return result;
}

}  // namespace storage
