#include "counterctl/verbs/redis_source.hpp"

#include "counter/integer.hpp"
#include "counter/name.hpp"
#include "counterctl/client/name_lookup.hpp"
#include "counterctl/failure.hpp"
#include "counterctl/output/progress.hpp"

#include <hiredis/hiredis.h>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <sys/time.h>

namespace counterctl {

namespace {

using reply = std::unique_ptr<redisReply, decltype(&::freeReplyObject)>;

// Keys that a step of SCAN asks for: their GET and PTTL travel in one packet or two.
constexpr int scan_count = 500;

struct redis_address {
  std::string host, user, password;
  int port = 6379;
  int database = 0;
};

int number_in(std::string_view text, int fallback) {
  const auto number = text.empty() ? std::nullopt : counter::parse_integer(text);
  if (text.empty())
    return fallback;
  if (!number || *number < 0 || *number > 65535)
    throw failure{exit_code::usage, "--redis: a port or a number of a database is wrong"};
  return static_cast<int>(*number);
}

/// Without the URL in its messages, which may have a password.
redis_address parse_redis_url(const std::string& text) {
  const auto complete = text.find("://") == text.npos ? "redis://" + text : text;
  const auto parsed = boost::urls::parse_uri(complete);
  if (!parsed || parsed->host_address().empty())
    throw failure{exit_code::usage, "--redis takes redis://HOST[:PORT][/DATABASE]"};
  if (std::string_view{parsed->scheme().data(), parsed->scheme().size()} != "redis")
    throw failure{exit_code::usage,
                  "--redis takes redis:// only, without TLS: use a tunnel for it"};
  redis_address address;
  address.host = parsed->host_address();
  address.user = parsed->user();
  address.password = parsed->password();
  if (address.password.empty())
    if (const char* secret = std::getenv("REDISCLI_AUTH"))
      address.password = secret;
  address.port = number_in({parsed->port().data(), parsed->port().size()}, address.port);
  const std::string path = parsed->path();
  address.database = number_in(std::string_view{path}.substr(path.empty() ? 0 : 1), 0);
  return address;
}

/// hiredis asks name servers without a time limit.
std::vector<socket_address> addresses_of(const redis_address& address,
                                         std::chrono::steady_clock::time_point deadline) {
  try {
    return look_up(address.host, std::to_string(address.port), deadline);
  } catch (const std::runtime_error& error) {
    throw failure{exit_code::unreachable, "Redis cannot be reached: " + std::string{error.what()}};
  }
}

/// A connection whose calls end in time. Throws failure with what Redis says.
class redis_connection {
public:
  redis_connection(const redis_address& address, std::chrono::milliseconds timeout)
      : context_(nullptr, &::redisFree) {
    const timeval limit{static_cast<time_t>(timeout.count() / 1000),
                        static_cast<suseconds_t>(timeout.count() % 1000 * 1000)};
    for (const auto& each : addresses_of(address, std::chrono::steady_clock::now() + timeout)) {
      context_.reset(::redisConnectWithTimeout(to_text(each).c_str(), address.port, limit));
      if (context_ != nullptr && context_->err == 0)
        break;
    }
    check_connection();
    ::redisSetTimeout(context_.get(), limit);
    if (!address.password.empty() && !address.user.empty())
      ask("AUTH %s %s", address.user.c_str(), address.password.c_str());
    else if (!address.password.empty())
      ask("AUTH %s", address.password.c_str());
    if (address.database != 0)
      ask("SELECT %d", address.database);
  }

  template <class... Arguments>
  reply ask(const char* format, const Arguments&... arguments) {
    append(format, arguments...);
    auto answer = next();
    if (answer->type == REDIS_REPLY_ERROR)
      throw failure{exit_code::refused, "Redis: " + std::string{answer->str, answer->len}};
    return answer;
  }

  /// Puts a command behind those that were not sent yet.
  template <class... Arguments>
  void append(const char* format, const Arguments&... arguments) {
    ::redisAppendCommand(context_.get(), format, arguments...);
  }

  /// Returns the next reply, which may be an error.
  reply next() {
    void* answer = nullptr;
    if (::redisGetReply(context_.get(), &answer) != REDIS_OK)
      check_connection();
    return {static_cast<redisReply*>(answer), &::freeReplyObject};
  }

private:
  void check_connection() const {
    if (context_ == nullptr || context_->err != 0)
      throw failure{exit_code::unreachable,
                    "Redis cannot be reached: " +
                        std::string{context_ == nullptr ? "no memory" : context_->errstr}};
  }

  std::unique_ptr<redisContext, decltype(&::redisFree)> context_;
};

std::string text_of(const redisReply& text) {
  return {text.str, text.len};
}

/// Gets the values of some keys with one round trip.
class value_reader {
public:
  value_reader(redis_connection& redis, input_problems& problems,
               std::vector<counter_entry>& entries)
      : redis_(redis),
        problems_(problems),
        entries_(entries) {}

  void read(const std::vector<std::string>& keys) {
    for (const auto& key : keys) {
      redis_.append("GET %b", key.data(), key.size());
      redis_.append("PTTL %b", key.data(), key.size());
    }
    for (const auto& key : keys) {
      const auto value = redis_.next();
      const auto ttl = redis_.next();
      take(key, *value, *ttl);
    }
  }

private:
  void take(const std::string& key, const redisReply& value, const redisReply& ttl) {
    const auto where = "Redis key " + key;
    if (value.type == REDIS_REPLY_NIL)
      return;  // it has gone meanwhile
    const auto number =
        value.type == REDIS_REPLY_STRING ? counter::parse_integer(text_of(value)) : std::nullopt;
    if (!number)
      return problems_.add(where, "it is no 64-bit integer");
    if (!counter::is_valid_name(key))
      return problems_.add(where, "a name has 1 to 256 bytes of UTF-8 without control characters");
    counter_entry entry{key, *number};
    if (ttl.type == REDIS_REPLY_INTEGER && ttl.integer >= 0)
      entry.expires_at = now() + std::chrono::milliseconds{ttl.integer};
    try {
      check_expiry(entry, now());
    } catch (const std::runtime_error& error) {
      return problems_.add(where, error.what());
    }
    entries_.push_back(std::move(entry));
  }

  redis_connection& redis_;
  input_problems& problems_;
  std::vector<counter_entry>& entries_;
};

std::vector<counter_entry> scan(redis_connection& redis, const std::string& pattern,
                                input_problems& problems) {
  std::vector<counter_entry> entries;
  value_reader values{redis, problems, entries};
  progress progress{"read", "key"};
  std::string cursor{"0"};
  do {
    const auto page = redis.ask("SCAN %b MATCH %b COUNT %d", cursor.data(), cursor.size(),
                                pattern.data(), pattern.size(), scan_count);
    if (page->type != REDIS_REPLY_ARRAY || page->elements != 2)
      throw failure{exit_code::refused, "Redis answers SCAN in a way that is not known"};
    cursor = text_of(*page->element[0]);
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < page->element[1]->elements; ++i)
      keys.push_back(text_of(*page->element[1]->element[i]));
    values.read(keys);
    progress.show(entries.size());
  } while (cursor != "0");
  return entries;
}

}  // namespace

void read_redis(const std::string& url, const std::string& pattern,
                std::chrono::milliseconds timeout, import_spool& spool, input_problems& problems) {
  redis_connection redis{parse_redis_url(url), timeout};
  auto entries = scan(redis, pattern.empty() ? "*" : pattern, problems);
  const auto by_name = [](const counter_entry& left, const counter_entry& right) {
    return left.name < right.name;
  };
  std::stable_sort(entries.begin(), entries.end(), by_name);
  std::uint64_t number = 0;
  const std::string* last = nullptr;
  for (const auto& entry : entries) {
    if (last == nullptr || *last != entry.name)
      spool.append({entry, ++number});
    last = &entry.name;
  }
}

}  // namespace counterctl
