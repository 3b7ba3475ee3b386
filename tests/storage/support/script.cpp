#include "tests/storage/support/script.hpp"

#include "storage/rocksdb/rocks_ledger.hpp"
#include "tests/storage/support/test_disk.hpp"

#include <rocksdb/file_system.h>

#include <exception>
#include <iterator>
#include <memory>
#include <random>
#include <set>

namespace storage_tests {

namespace {

using counter::commit_result;
using counter::due_entry;

constexpr int restarts = 2;
constexpr int groups = 10;

class script {
public:
  script(const storage::settings& settings, const contents& initial, std::uint64_t seed,
         const listener& on_group)
      : settings_(settings),
        random_(seed),
        on_group_(on_group) {
    account_.certain = initial;
  }

  account run() {
    try {
      for (int start = 0; start < restarts && can_go_on(); ++start)
        run_once(start);
      account_.has_ended = true;
    } catch (const std::exception&) {
      // A start was refused.
      account_.could_open = false;
    }
    return account_;
  }

private:
  bool can_go_on() const { return account_.unknown + account_.refused == 0; }

  void run_once(int start) {
    storage::rocks_ledger ledger{settings_};
    std::vector<std::unique_ptr<counter::ledger_writer>> writers;
    for (unsigned shard = 0; shard < 2; ++shard)
      writers.push_back(ledger.open_writer(shard));
    for (int group = 0; group < groups; ++group) {
      if (group == groups / 2)
        back_up(ledger, "backup-" + std::to_string(start));
      write_group(*writers[static_cast<std::size_t>(group) % 2]);
    }
  }

  void back_up(storage::rocks_ledger& ledger, const std::string& name) {
    if (auto backup = ledger.back_up(name); backup.outcome == counter::outcome::ok)
      account_.backups.push_back(std::move(backup.path));
  }

  void write_group(counter::ledger_writer& writer) {
    auto after = account_.certain;
    for (auto changes = 1 + random_() % 5; changes > 0; --changes)
      change(writer, after);
    after.now += std::chrono::milliseconds{random_() % 100};
    const auto& before = account_.certain;
    const auto growth = [](const auto& larger, const auto& smaller) {
      return static_cast<std::int64_t>(larger.size()) - static_cast<std::int64_t>(smaller.size());
    };
    switch (writer.commit(after.version, after.now, growth(after.counters, before.counters),
                          growth(after.idempotency_records, before.idempotency_records))) {
      case commit_result::ok:
        ++account_.acknowledged;
        account_.certain = after;
        break;
      case commit_result::full:
        ++account_.full;
        break;
      case commit_result::unknown:
        ++account_.unknown;
        account_.possible = after;
        break;
      case commit_result::refused:
        ++account_.refused;
        break;
    }
    if (on_group_)
      on_group_(account_);
  }

  void change(counter::ledger_writer& writer, contents& to) {
    const auto dice = random_() % 10;
    if (dice == 0 && !to.idempotency_records.empty())
      forget(writer, to);
    else if (dice < 3)
      remember(writer, to);
    else
      put(writer, to, dice == 3);
  }

  void put(counter::ledger_writer& writer, contents& to, bool removes) {
    // Names of many lengths, so that records end anywhere in a sector.
    const auto number = random_() % 12;
    const auto name = std::string(number * number, 'n') + std::to_string(number);
    const auto stored = account_.certain.counters.find(name);
    const auto before =
        stored == account_.certain.counters.end() ? std::nullopt : std::optional{stored->second};
    std::optional<counter::state> after;
    if (!removes) {
      after = counted(static_cast<std::int64_t>(random_()), ++to.version);
      if (random_() % 2 == 0)
        after->expires_at = at(static_cast<std::int64_t>(1'000'000 + random_() % 1'000));
    }
    writer.put(name, before, after);
    if (after)
      to.counters[name] = *after;
    else
      to.counters.erase(name);
  }

  void remember(counter::ledger_writer& writer, contents& to) {
    const auto id = "id-" + std::to_string(random_());
    counter::idempotency_record idempotency_record;
    idempotency_record.parameters.operand = static_cast<std::int64_t>(random_());
    idempotency_record.reply.after = counted(static_cast<std::int64_t>(random_()), to.version);
    idempotency_record.forget_at = at(static_cast<std::int64_t>(2'000'000 + random_() % 1'000));
    writer.remember(id, idempotency_record);
    to.idempotency_records[id] = idempotency_record;
  }

  void forget(counter::ledger_writer& writer, contents& to) {
    const auto record =
        std::next(to.idempotency_records.begin(),
                  static_cast<std::ptrdiff_t>(random_() % to.idempotency_records.size()));
    writer.forget(record->first, record->second.forget_at);
    to.idempotency_records.erase(record);
  }

  storage::settings settings_;
  std::mt19937_64 random_;
  listener on_group_;
  account account_;
};

}  // namespace

account run_script(const storage::settings& settings, const contents& initial, std::uint64_t seed,
                   const listener& on_group) {
  return script{settings, initial, seed, on_group}.run();
}

std::optional<contents> read_all(const std::filesystem::path& directory, std::string& refusal) {
  try {
    contents found;
    {
      storage::rocks_ledger ledger{small(directory)};
      found.version = ledger.summary().version;
      found.now = ledger.summary().now;
      counter::page page;
      do {
        page = ledger.list({.after = page.reached, .limit = 7}, at(0), 100);
        if (page.outcome != counter::outcome::ok) {
          refusal = "a list failed";
          return std::nullopt;
        }
        for (const auto& one : page.counters)
          found.counters.emplace(one.name, one.state);
      } while (!page.is_last);
      std::vector<due_entry> due;
      std::string position;
      if (ledger.read_due(at(3'000'000), 10'000, position, due) != counter::outcome::ok) {
        refusal = "what is due cannot be read";
        return std::nullopt;
      }
      for (const auto& one : due) {
        std::optional<counter::idempotency_record> idempotency_record;
        if (one.kind != due_entry::kind_type::idempotency_record)
          continue;
        if (ledger.read_idempotency_record(one.id, idempotency_record) != counter::outcome::ok) {
          refusal = "an idempotency record cannot be read";
          return std::nullopt;
        }
        if (idempotency_record)
          found.idempotency_records.emplace(one.id, *idempotency_record);
      }
    }
    return found;
  } catch (const std::exception& error) {
    refusal = error.what();
    return std::nullopt;
  }
}

std::string difference(const contents& left, const contents& right) {
  std::string text;
  const auto compare = [&text](const std::string& side, const auto& entries, const auto& others) {
    for (const auto& [name, value] : entries)
      if (const auto other = others.find(name); other == others.end())
        text += side + " only: " + name + "; ";
      else if (side == "left" && !(other->second == value))
        text += "differs: " + name + "; ";
  };
  compare("left", left.counters, right.counters);
  compare("right", right.counters, left.counters);
  compare("left", left.idempotency_records, right.idempotency_records);
  compare("right", right.idempotency_records, left.idempotency_records);
  text += "versions " + std::to_string(left.version) + ", " + std::to_string(right.version);
  return text + "; now " + std::to_string(left.now.time_since_epoch().count()) + ", " +
         std::to_string(right.now.time_since_epoch().count());
}

}  // namespace storage_tests
