#include "tests/engine/support/load_client.hpp"

#include "tests/server/v1/support.hpp"

#include <chrono>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace support {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t keyed_percent = 30;
constexpr std::size_t repeated_percent = 40;  // of those with a key
constexpr std::chrono::milliseconds retry_pause{50};
constexpr std::chrono::seconds patience{120};

bool is_success(const answer& reply) {
  return reply.status == 200 || reply.status == 201;
}

/// Returns the version in an ETag: `"17"`.
std::uint64_t version_of(const answer& reply) {
  return std::stoull(reply.field("ETag").substr(1));
}

/// Returns the difference between a replay and the first reply, which may itself be a replay.
std::string defect_of_replay(const answer& replay, const answer& first) {
  if (replay.field("Idempotency-Replayed") != "true")
    return "not a replay: " + replay.body;
  if (replay.status != first.status || replay.body != first.body ||
      replay.field("ETag") != first.field("ETag"))
    return "another reply than " + first.body + ": " + replay.body;
  return {};
}

}  // namespace

load_client::load_client(const ports& servers, std::string name, std::uint64_t seed, tally& entered)
    : servers_(servers),
      name_(std::move(name)),
      random_(seed),
      entered_(entered) {}

void load_client::increment(const std::string& counter) {
  request sent{counter, {}, roll(100) < keyed_percent};
  const auto field =
      sent.is_keyed ? key_field(name_ + "-" + std::to_string(++keys_)) : std::string{};
  sent.bytes = support::request("POST", counter_path(counter), field);
  const auto begin = clock::now();
  if (!insist(sent))
    return entered_.leave_unknown(counter);
  entered_.confirm(sent.server, counter,
                   {.begin = begin,
                    .end = clock::now(),
                    .value = integer_at(object_of(sent.reply), "value"),
                    .version = version_of(sent.reply),
                    .is_read = false});
  if (!sent.may_be_replayed && sent.reply.has("Idempotency-Replayed"))
    entered_.report("a replay of what was not carried out: " + sent.reply.body);
  if (sent.is_keyed && roll(100) < repeated_percent)
    repeat_elsewhere(std::move(sent));
}

void load_client::read(const std::string& counter) {
  const auto begin = clock::now();
  const auto reply = ask(roll(servers_.size()), get_request(counter_path(counter)));
  if (reply && is_success(*reply))
    entered_.add_read(counter, {.begin = begin,
                                .end = clock::now(),
                                .value = integer_at(object_of(*reply), "value"),
                                .version = version_of(*reply),
                                .is_read = true});
  else if (reply && reply->status != 404 && reply->status != 503)
    entered_.report("a read is refused with " + reply->body);
}

/// Sends it until it is carried out. Returns false if nobody knows whether it was.
bool load_client::insist(request& sent) {
  const auto end = clock::now() + patience;
  while (clock::now() < end) {
    sent.server = roll(servers_.size());
    const auto reply = ask(sent.server, sent.bytes);
    if (reply && is_success(*reply)) {
      sent.reply = *reply;
      return true;
    }
    if (!reply || !is_outcome_known(*reply)) {
      if (!sent.is_keyed)
        return false;
      sent.may_be_replayed = true;
    }
    std::this_thread::sleep_for(retry_pause);
  }
  throw std::runtime_error{"an increment of " + sent.counter + " is refused for ever"};
}

/// A 503 says that nothing was carried out. Other refusals have no reason.
bool load_client::is_outcome_known(const answer& reply) {
  if (reply.status == 503)
    return true;
  if (reply.body.find("outcome-unknown") == reply.body.npos)
    entered_.report(std::to_string(reply.status) + ": " + reply.body);
  return false;
}

/// The record of a key is the same for all servers.
void load_client::repeat_elsewhere(request sent) {
  const auto other = 1 - sent.server;
  const auto end = clock::now() + patience;
  while (clock::now() < end) {
    const auto reply = ask(other, sent.bytes);
    if (reply && is_success(*reply)) {
      if (const auto defect = defect_of_replay(*reply, sent.reply); !defect.empty())
        entered_.report(sent.counter + ": " + defect);
      return entered_.count_replay();
    }
    if (reply)
      is_outcome_known(*reply);
    std::this_thread::sleep_for(retry_pause);
  }
  throw std::runtime_error{"a replay of " + sent.reply.body + " is refused for ever"};
}

/// Returns nothing if the connection breaks, or cannot be made.
std::optional<answer> load_client::ask(std::size_t server, const std::string& bytes) {
  auto& connection = connections_[server];
  std::optional<answer> reply;
  try {
    if (!connection)
      connection = std::make_unique<client>(servers_[server]);
    reply = connection->ask(bytes);
    if (reply->field("Connection") == "close")
      connection.reset();
  } catch (const std::runtime_error&) {
    connection.reset();
  }
  entered_.count_status(reply ? reply->status : 0);
  return reply;
}

}  // namespace support
