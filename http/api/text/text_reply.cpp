#include "http/api/text/text_reply.hpp"

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

}  // namespace

text_reply::text_reply(const counter::command& command, const counter::reply& reply) noexcept {
  line_writer writer{line_.data()};
  switch (reply.outcome) {
    case outcome::ok:
      response_.body =
          command.operation == counter::operation::get
              ? writer.text(command.name).text(": ").number(reply.value).text("\n").line()
              : "ok\n";
      break;
    case outcome::not_found:
      response_ = {status::not_found, writer.text(command.name).text(" not found\n").line()};
      break;
    case outcome::overflow:
      response_ = {status::conflict, writer.text(command.name).text(" would overflow\n").line()};
      break;
    case outcome::too_many_counters:
      response_ = {status::insufficient_storage, "there are too many counters\n"};
      break;
    case outcome::overloaded:
      response_ = {status::service_unavailable, "overloaded, try again\n"};
      break;
    case outcome::draining:
      response_ = {status::service_unavailable, "the server is stopping\n"};
      break;
    case outcome::disk_full:
      response_ = {status::insufficient_storage, "the disk is full\n"};
      break;
    case outcome::unreadable:
      response_ = {status::internal_server_error, "the disk cannot be read\n"};
      break;
    case outcome::outcome_unknown:
      response_ = {status::internal_server_error, "the disk failed: it may or may not be done\n"};
      break;
    // Short commands never have these outcomes.
    case outcome::limit_reached:
    case outcome::precondition_failed:
    case outcome::not_modified:
    case outcome::key_mismatch:
    case outcome::idempotency_store_full:
    case outcome::backup_exists:
      response_ = {status::internal_server_error, "this should not happen\n"};
      break;
  }
}

}  // namespace http
