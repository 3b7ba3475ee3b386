#include "counterctl/client/command_keys.hpp"

#include "counter/duration.hpp"
#include "counterctl/client/client.hpp"
#include "counterctl/formats/shell_word.hpp"

#include <algorithm>
#include <utility>

namespace counterctl {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Time for a person to ask again with the key that a failure shows. 500 writes a second fit the
// server's million of keys.
constexpr seconds random_key_ttl = std::chrono::minutes{30};
// What is done once a day has a key of its own.
constexpr seconds own_key_ttl = std::chrono::hours{24};
// Nobody gives a command in less.
constexpr seconds shortest_advice{1};

/// Returns a time rounded down, to minutes or hours if it is long.
std::string in_short(milliseconds time) {
  using namespace std::chrono;
  if (time >= hours{2})
    return counter::to_text(milliseconds{floor<hours>(time)});
  return counter::to_text(time >= minutes{2} ? milliseconds{floor<minutes>(time)}
                                             : milliseconds{floor<seconds>(time)});
}

}  // namespace

command_keys::command_keys(std::string given, bool are_used, milliseconds timeout)
    : are_used_(are_used),
      is_given_(!given.empty()),
      key_(is_given_ ? std::move(given) : random_key()),
      timeout_(timeout),
      // The first command, a person, the same command again, and what that leaves under way.
      ttl_(is_given_ ? own_key_ttl
                     : std::max(random_key_ttl, std::chrono::ceil<seconds>(4 * timeout))),
      ttl_max_(own_key_ttl) {}

request command_keys::with_key(request request, const std::string& part) const {
  if (!request.is_write || !are_used_)
    return request;
  return with(std::move(request), key_ + part, ttl_);
}

request command_keys::with_named_key(request request, std::string key) const {
  return with(std::move(request), std::move(key), own_key_ttl);
}

request command_keys::with(request request, std::string key, seconds ttl) const {
  request.key = std::move(key);
  request.key_ttl = ttl;
  return within_ttl(std::move(request));
}

request command_keys::within_ttl(request request) const {
  request.key_ttl = std::min(request.key_ttl, ttl_max_);
  return request;
}

milliseconds command_keys::time_for(const request& request) const {
  const milliseconds ttl = std::min(request.key_ttl, ttl_max_);
  return request.key.empty() ? timeout_ : std::min(timeout_, ttl / 2);
}

void command_keys::on_sent(const request& request, time_point now) {
  if (!first_sent_at_)
    first_sent_at_ = now;
  else if (request.key != last_sent_)
    are_several_ = true;
  last_sent_ = request.key;
}

void command_keys::on_ttl_refused(seconds ttl_max) {
  ttl_max_ = std::min(ttl_max, ttl_max_);
  is_ttl_known_ = true;
  // The server has no key yet.
  if (!are_several_)
    first_sent_at_.reset();
}

std::optional<std::string> command_keys::same_command(time_point now) const {
  if (!are_used_)
    return std::nullopt;
  // The command that is given again sends until its own timeout is over, and the last request may
  // be as long under way. A key that was given may have been a random one.
  auto left = std::min({milliseconds{is_given_ ? random_key_ttl : ttl_}, milliseconds{ttl_max_}}) -
              2 * timeout_;
  // When a key that was given was used first, nobody knows here.
  if (!is_given_ && first_sent_at_)
    left -= std::chrono::ceil<milliseconds>(now - *first_sent_at_);
  if (left < shortest_advice)
    return std::nullopt;
  auto text = "give the same command --key" + std::string{key_.starts_with('-') ? "=" : " "} +
              shell_word(key_) + (are_several_ ? ", so that it ends within " : " within ") +
              in_short(left);
  if (is_given_)
    text += " of its first use";
  if (is_given_ && !is_ttl_known_)
    text += ", or earlier if the server's --idempotency-ttl is less";
  return text;
}

std::string command_keys::recovery(time_point now) const {
  if (const auto same = same_command(now))
    return "to make sure, " + *same + ": it counts once";
  return are_used_ ? "its key is forgotten too soon to ask with: look before you send it again"
                   : "look before you send it again";
}

std::optional<std::string> command_keys::named_key_life() const {
  const auto life = milliseconds{std::min(own_key_ttl, ttl_max_)} - 2 * timeout_;
  if (life < shortest_advice)
    return std::nullopt;
  const auto text = in_short(life);
  return is_ttl_known_ ? text : text + ", or the server's --idempotency-ttl if that is less,";
}

}  // namespace counterctl
