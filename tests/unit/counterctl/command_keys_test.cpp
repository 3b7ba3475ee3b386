#include "counterctl/client/command_keys.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

using counterctl::command_keys;
using counterctl::request;

using namespace std::chrono_literals;

namespace {

const command_keys::time_point start{};

request write() {
  return {.method = "POST", .target = "/v1/counters/x", .is_write = true};
}

bool has(const std::optional<std::string>& text, const std::string& part) {
  return text && text->find(part) != text->npos;
}

}  // namespace

TEST_CASE("each write of a command has its key, a read none, and all are of one command") {
  const command_keys keys{"", true, 10s};
  const auto first = keys.with_key(write()), part = keys.with_key(write(), "-2");
  CHECK(first.key.size() == 36);
  CHECK(first.key_ttl == 30min);
  CHECK(part.key == first.key + "-2");
  CHECK(keys.with_key({.target = "/v1/info"}).key.empty());
  CHECK(command_keys{"", true, 10s}.with_key(write()).key != first.key);
  CHECK(command_keys{"", false, 10s}.with_key(write()).key.empty());
  const auto own = command_keys{"mine", true, 10s}.with_key(write());
  CHECK(own.key == "mine");
  CHECK(own.key_ttl == 24h);
}

TEST_CASE("the advice counts from the first use of a random key") {
  command_keys keys{"", true, 10s};
  const auto sent = keys.with_key(write());
  CHECK(has(keys.same_command(start), " within 29m"));
  keys.on_sent(sent, start);
  keys.on_sent(sent, start + 5s);
  CHECK(has(keys.same_command(start), "--key " + sent.key + " within 29m"));
  // It sends for another 10 s, and the last request may be as long under way.
  CHECK(has(keys.same_command(start + 30min - 85s), " within 65s"));
  CHECK(has(keys.same_command(start + 30min - 21s), " within 1s"));
  CHECK_FALSE(keys.same_command(start + 30min - 20500ms));
  CHECK(keys.recovery(start + 30min).find("too soon") != std::string::npos);
  CHECK(keys.recovery(start).ends_with(": it counts once"));
}

TEST_CASE("a key lives long enough for what takes long") {
  command_keys keys{"", true, 10min};
  const auto sent = keys.with_key(write());
  CHECK(sent.key_ttl == 40min);
  keys.on_sent(sent, start);
  CHECK(has(keys.same_command(start + 10min), " within 10m"));
}

TEST_CASE("a server that remembers keys for a shorter time shortens the advice, from there on") {
  command_keys keys{"", true, 10s};
  keys.on_sent(keys.with_key(write()), start);
  keys.on_ttl_refused(60s);
  const auto sent = keys.with_key(write());
  CHECK(sent.key_ttl == 60s);
  // What it refused has left no key.
  keys.on_sent(sent, start + 8s);
  CHECK(has(keys.same_command(start + 18s), " within 30s"));
  // The next command does not know it yet: its first request may come when its time is over.
  keys.on_ttl_refused(20s);
  CHECK_FALSE(keys.same_command(start + 9s));
  // Half of the time is for the repetitions.
  keys.on_ttl_refused(4s);
  CHECK(keys.time_for(keys.within_ttl(sent)) == 2s);
  CHECK(keys.time_for(write()) == 10s);
}

TEST_CASE("when a key that was given is used first, only its user knows") {
  command_keys keys{"mine", true, 10s};
  keys.on_sent(keys.with_key(write()), start);
  const std::string unless = ", or earlier if the server's --idempotency-ttl is less";
  CHECK(has(keys.same_command(start + 1h), "--key mine within 29m of its first use" + unless));
  keys.on_taken();
  CHECK(has(keys.same_command(start + 1h), "of its first use"));
  CHECK_FALSE(has(keys.same_command(start + 1h), unless));
  keys.on_ttl_refused(60s);
  CHECK(has(keys.same_command(start), " within 40s of its first use"));
  keys.on_ttl_refused(20s);
  CHECK_FALSE(keys.same_command(start));
}

TEST_CASE("a key that was given is a word of a shell in the advice") {
  for (const auto& [key, word] : {std::pair{"daily-1", "daily-1"},
                                  {"$HOME", "'$HOME'"},
                                  {"it's", "'it'\\''s'"},
                                  {"a b", "'a b'"}}) {
    const command_keys keys{key, true, 10s};
    CHECK(has(keys.same_command(start), "--key " + std::string{word} + " within"));
  }
  CHECK(has(command_keys{"--verbose", true, 10s}.same_command(start), "--key=--verbose within"));
}

TEST_CASE("what a command has sent in several requests is sent again in time as a whole") {
  command_keys keys{"", true, 10s};
  keys.on_sent(keys.with_key(write(), "-1"), start);
  keys.on_sent(keys.with_key(write(), "-1"), start + 1s);
  CHECK_FALSE(has(keys.same_command(start + 2s), "ends"));
  keys.on_sent(keys.with_key(write(), "-2"), start + 2s);
  CHECK(has(keys.same_command(start + 3s), ", so that it ends within 29m"));
  // The first request has its key already.
  keys.on_ttl_refused(60s);
  CHECK(has(keys.same_command(start + 3s), ", so that it ends within 37s"));
}

TEST_CASE("a named key lives for a day, or as long as the server remembers it") {
  command_keys keys{"", true, 10s};
  CHECK(keys.with_named_key(write(), "import-1").key_ttl == 24h);
  CHECK(keys.named_key_life() == "23h, or the server's --idempotency-ttl if that is less,");
  keys.on_ttl_refused(60s);
  CHECK(keys.with_named_key(write(), "import-1").key_ttl == 60s);
  CHECK(keys.named_key_life() == "40s");
  keys.on_ttl_refused(20s);
  CHECK_FALSE(keys.named_key_life());
}
