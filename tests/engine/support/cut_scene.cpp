#include "tests/engine/support/cut_scene.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace support {

using counter::operation;
using counter::outcome;

namespace {

// The operations of a group, in order. Those of the first transaction, and of the second one.
enum item : std::size_t { add_keyed, add_short, create, set_if, erase, read, create_keyed };
constexpr std::array updates{add_keyed, add_short, set_if, erase, read};
constexpr std::array creations{create, create_keyed};

}  // namespace

std::string text(const std::vector<planned_cut>& cuts) {
  static constexpr const char* kinds[] = {"after", "before", "late", "fenced", "silent"};
  std::string all;
  for (const auto& [way, message, kind] : cuts)
    all += std::string{way == direction::to_server ? "to server " : "to client "} +
           std::to_string(message) + " " + kinds[static_cast<std::size_t>(kind)] + "; ";
  return all;
}

cut_scene::cut_scene(const std::string& schema, std::chrono::milliseconds timeout)
    : proxy(common_server().port()),
      server(engine_settings(proxy.url(), schema, timeout)),
      other(engine_settings(common_server().url(), schema)),
      sql_(schema) {
  other.apply(unit::get("x"));
  other_writers_ = sql_.text("SELECT string_agg(id::text, ',') FROM writers");
}

std::string cut_scene::name(char counter) const {
  return std::to_string(group_) + "/" + counter;
}

void cut_scene::connect() {
  // The session that it believes to have may be broken.
  while (!server.table.reconnect() || server.apply(unit::get("x")).outcome != outcome::not_found) {
  }
}

void cut_scene::prepare() {
  static int groups = 0;
  group_ = ++groups;
  other.ask(operation::set, name('a'), 10)
      .ask(operation::set, name('b'), 20)
      .ask(operation::set, name('e'), 50);
  other.ask(unit::set(name('d'), 40)).run();
  const auto version = other.full_reply(3).after->version;
  server.ask(unit::keyed("key", unit::add(name('a'), 5)))
      .ask(operation::add, name('b'), 7)
      .ask(operation::add, name('c'), 3)
      .ask(unit::if_match({.listed = {version}}, unit::set(name('d'), 41)))
      .ask(unit::erase(name('e')))
      .ask(operation::get, name('b'))
      .ask(unit::keyed("key", unit::add(name('f'), 9)));
  before_ = rows();
  done_before_ = done();
  quota_before_ = server.counters.used();
}

void cut_scene::carry_out(const std::vector<planned_cut>& cuts) {
  proxy.plan(cuts);
  server.run();
}

// -- what is stored ---------------------------------------------------------------------

std::map<char, cut_scene::row> cut_scene::rows() {
  std::map<char, row> found;
  const auto where = " FROM counters WHERE name LIKE '" + name('%') + "' ORDER BY name";
  const auto names = sql_.rows("SELECT right(name, 1)" + where);
  const auto values = sql_.rows("SELECT value::text" + where);
  const auto versions = sql_.rows("SELECT version::text" + where);
  const auto deletions = sql_.rows("SELECT (coalesce(expires_at, 0) < 0)::text" + where);
  for (std::size_t i = 0; i < names.size(); ++i)
    found[names[i][0]] = {std::stoll(values[i]), std::stoull(versions[i]), deletions[i] == "true"};
  return found;
}

cut_scene::work cut_scene::done() {
  const auto sum = [this](const std::string& column) {
    return sql_.number("SELECT coalesce(sum(" + column + "), 0) FROM writers WHERE id NOT IN (" +
                       other_writers_ + ")");
  };
  return {sum("seq"), sum("counters"), sum("idempotency_records")};
}

std::int64_t cut_scene::records_of(char counter) {
  return sql_.number("SELECT count(*) FROM idempotency_records WHERE position(convert_to('" +
                     name(counter) + "', 'UTF8') IN id) = 1");
}

// -- checks -----------------------------------------------------------------------------

void cut_scene::check_replies() const {
  const auto value_after = [this](item index) {
    const auto reply = server.full_reply(index);
    CHECK(reply.outcome == outcome::ok);
    CHECK_FALSE(reply.is_replayed);
    return reply.after ? std::optional{reply.after->value} : std::nullopt;
  };
  CHECK(value_after(add_keyed) == 15);
  CHECK(value_after(set_if) == 41);
  CHECK(value_after(erase) == std::nullopt);
  CHECK(value_after(create_keyed) == 9);
  CHECK(server.full_reply(add_keyed).before->value == 10);
  CHECK(server.full_reply(erase).before->value == 50);
  CHECK(server.full_reply(create_keyed).before == std::nullopt);
  for (const auto& [index, value] : {std::pair{add_short, 27}, {read, 27}, {create, 3}}) {
    CHECK(server.reply(index).outcome == outcome::ok);
    CHECK(server.reply(index).value == value);
  }
}

void cut_scene::check_rows(bool is_updated, bool is_created) {
  auto found = rows();
  CHECK(found.size() == (is_created ? 6 : 4));
  CHECK(found['a'].value == (is_updated ? 15 : 10));
  CHECK(found['b'].value == (is_updated ? 27 : 20));
  CHECK(found['d'].value == (is_updated ? 41 : 40));
  CHECK(found['e'].is_deleted == is_updated);
  for (const auto& [counter, old] : before_)
    CHECK((found[counter].version > old.version) == is_updated);
  CHECK(records_of('a') == is_updated);
  CHECK(records_of('f') == is_created);
  if (!is_created)
    return;
  CHECK(found['c'].value == 3);
  CHECK(found['f'].value == 9);
}

/// What the writers' rows say, which is what each server counts by itself, and the sums.
void cut_scene::check_work(bool is_updated, bool is_created) {
  const auto now = done();
  CHECK(now.groups - done_before_.groups == is_updated + is_created);
  CHECK(now.counters - done_before_.counters == 2 * is_created - is_updated);
  CHECK(now.records - done_before_.records == is_created + is_updated);
  CHECK(sql_.number("SELECT sum(counters) FROM writers") ==
        sql_.number("SELECT count(*) FROM counters WHERE expires_at IS NULL"));
  CHECK(sql_.number("SELECT sum(idempotency_records) FROM writers") ==
        sql_.number("SELECT count(*) FROM idempotency_records"));
}

/// Repeats the keys at the other server.
void cut_scene::check_keys(bool is_updated, bool is_created) {
  const auto before = rows();
  const auto added = other.apply(unit::keyed("key", unit::add(name('a'), 5)));
  CHECK(added.is_replayed == is_updated);
  CHECK(added.after->value == 15);
  const auto created = other.apply(unit::keyed("key", unit::add(name('f'), 9)));
  CHECK(created.is_replayed == is_created);
  CHECK(created.after->value == 9);
  auto after = rows();
  CHECK(after['a'].value == 15);
  CHECK(after['f'].value == 9);
  CHECK(records_of('a') == 1);
  CHECK(records_of('f') == 1);
  for (const auto& [counter, old] : before)
    if (counter != 'a' || is_updated)
      CHECK(after[counter].version == old.version);
}

void cut_scene::check_done() {
  check_replies();
  check_rows(true, true);
  auto found = rows();
  CHECK(server.full_reply(add_keyed).after->version == found['a'].version);
  CHECK(server.full_reply(set_if).after->version == found['d'].version);
  CHECK(server.full_reply(erase).deletion_version == found['e'].version);
  CHECK(server.full_reply(create_keyed).after->version == found['f'].version);
  check_work(true, true);
  CHECK(server.counters.used() == quota_before_ + 1);
  const auto reply = server.full_reply(add_keyed);
  check_keys(true, true);
  CHECK(other.apply(unit::keyed("key", unit::add(name('a'), 5))).after == reply.after);
}

void cut_scene::check_in_doubt() {
  proxy.reset_all();
  const auto outcome_at = [this](item index) {
    const bool is_short = index == add_short || index == create || index == read;
    return is_short ? server.reply(index).outcome : server.full_reply(index).outcome;
  };
  // The operations of a transaction share its fate. Nothing of a session that is silent arrives
  // any more, so that what is stored now stays so.
  const auto check_fate = [&](const auto& items, bool is_stored) {
    const auto shared = outcome_at(items[0]);
    // What reads has changed nothing, whatever has become of the others.
    const auto of_read = shared == outcome::outcome_unknown ? outcome::unavailable : shared;
    for (const auto each : items)
      CHECK(outcome_at(each) == (each == read ? of_read : shared));
    if (shared != outcome::outcome_unknown)
      CHECK(shared == (is_stored ? outcome::ok : outcome::unavailable));
  };
  auto found = rows();
  const bool is_updated = found['a'].value != 10;
  const bool is_created = found.contains('c');
  check_fate(updates, is_updated);
  check_fate(creations, is_created);
  check_rows(is_updated, is_created);
  check_work(is_updated, is_created);
  check_keys(is_updated, is_created);
  CHECK(server.apply(unit::add(name('b'), 1)).after->value == (is_updated ? 28 : 21));
  server.sweep();
  CHECK(server.counters.used() == static_cast<std::uint64_t>(sql_.number(
                                      "SELECT count(*) FROM counters WHERE expires_at IS NULL")));
}

}  // namespace support
