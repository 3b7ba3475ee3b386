#include "http/api/text/text_reply.hpp"

#include "http/api/v1/code.hpp"

#include <algorithm>
#include <charconv>

namespace http {

namespace {

using counter::outcome;

/// Writes into an array that must be large enough.
class line_writer {
public:
  explicit line_writer(char* begin) noexcept : begin_(begin), end_(begin) {}

  line_writer& text(std::string_view bytes) noexcept {
    end_ = std::copy(bytes.begin(), bytes.end(), end_);
    return *this;
  }

  line_writer& number(std::int64_t value) noexcept {
    end_ = std::to_chars(end_, end_ + 20, value).ptr;
    return *this;
  }

  std::string_view line() const noexcept {
    return {begin_, static_cast<std::size_t>(end_ - begin_)};
  }

private:
  char* begin_;
  char* end_;
};

response respond(const counter::command& command, const counter::reply& reply,
                 line_writer writer) noexcept {
  switch (reply.outcome) {
    case outcome::ok:
      if (command.operation != counter::operation::get)
        return {status::ok, "ok\n"};
      return {status::ok,
              writer.text(command.name).text(": ").number(reply.value).text("\n").line()};
    case outcome::not_found:
      return {status::not_found, writer.text(command.name).text(" not found\n").line()};
    case outcome::overflow:
      return {status::conflict, writer.text(command.name).text(" would overflow\n").line()};
    case outcome::too_many_counters:
      return {status::insufficient_storage, "there are too many counters\n"};
    case outcome::overloaded:
      return {status::service_unavailable, "overloaded, try again\n"};
    case outcome::draining:
      return {status::service_unavailable, "the server is stopping\n"};
    case outcome::unavailable:
      return {status::service_unavailable, "the database cannot be reached, try again\n"};
    case outcome::disk_full:
      return {status::insufficient_storage, "the disk is full\n"};
    case outcome::unreadable:
      return {status::internal_server_error, "the disk cannot be read\n"};
    case outcome::outcome_unknown:
      return {status::internal_server_error,
              "the disk or the database failed: it may or may not be done\n"};
    case outcome::precondition_failed:
      return {status::precondition_failed, "precondition failed\n"};
    case outcome::key_mismatch:
      return {status::unprocessable_content, "this Idempotency-Key was used for another request\n"};
    case outcome::idempotency_store_full:
      return {status::insufficient_storage, "there are too many Idempotency-Keys\n"};
    // The commands of the text endpoints never have these outcomes.
    case outcome::limit_reached:
    case outcome::not_modified:
    case outcome::backup_exists:
      break;
  }
  return {status::internal_server_error, "this should not happen\n"};
}

}  // namespace

text_reply::text_reply(const counter::command& command, const counter::reply& reply) noexcept
    : response_(respond(command, reply, line_writer{line_})) {
  if (reply.outcome != outcome::ok)
    response_.reason = v1::reason_of(v1::code_of(reply.outcome));
}

}  // namespace http
