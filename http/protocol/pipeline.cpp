#include "http/protocol/pipeline.hpp"

#include <algorithm>
#include <cassert>

namespace http {

namespace {

constexpr refusal incomplete{status::bad_request, "the request ended too early\n"};
constexpr refusal too_slow{status::request_timeout, "the request took too long\n"};

}  // namespace

/// Returns the seconds to tell the peer: less than the timeout by one, for the time that its next
/// request travels; 0 if nothing is left.
std::uint16_t pipeline::idle_seconds_of(std::chrono::milliseconds timeout) noexcept {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout).count() - 1;
  return static_cast<std::uint16_t>(std::clamp<std::int64_t>(seconds, 0, UINT16_MAX));
}

// -- requests -----------------------------------------------------------------

void pipeline::feed(std::string_view bytes) {
  assert(fed_.empty());
  if (rest_.empty())
    fed_ = bytes;
  else
    rest_ += bytes;
}

const http::request* pipeline::next_request() {
  release_request();
  while (can_parse()) {
    const bool had_begun = parser_.has_begun();
    if (!had_begun && unparsed().empty() && !input_ended_)
      return nullptr;
    const auto used = parser_.parse(unparsed());
    if (!had_begun && parser_.has_begun())
      ++requests_;
    if (rest_.empty())
      fed_.remove_prefix(used);
    else
      rest_begin_ += used;
    switch (parser_.state()) {
      case parse_state::need_more:
        end_of_bytes();
        return nullptr;
      case parse_state::bad:
        refuse(parser_.why());
        return nullptr;
      case parse_state::complete:
        if (is_discarding_) {
          is_discarding_ = false;
          release();
          continue;
        }
        // Also if the body has arrived: how the bytes are split must not change the outcome.
        if (parser_.expects_continue() && stop_to_decide())
          return nullptr;
        yield();
        return &parser_.request();
    }
  }
  return nullptr;
}

/// Returns false if a decision was made, or nobody makes one.
bool pipeline::stop_to_decide() noexcept {
  is_undecided_ = decides_ && !is_decided_;
  return is_undecided_;
}

void pipeline::accept_body() noexcept {
  is_undecided_ = false;
  is_decided_ = true;
}

void pipeline::refuse_body() {
  is_undecided_ = false;
  is_decided_ = is_refused_ = true;
  if (parser_.is_in_body()) {
    parser_.discard_body();
    is_discarding_ = true;
  }
  yield();
}

/// Opens the slot of a complete request, or of one whose body is discarded.
void pipeline::yield() {
  const auto& request = parser_.request();
  const bool ends_connection = is_last(request);
  responses_.open({.http_11 = request.http_11,
                   .keep_alive = !ends_connection,
                   .is_head = request.method == method::head,
                   .idle_seconds = !ends_connection && request.asks_keep_alive ? idle_seconds_
                                                                               : std::uint16_t{0}});
  is_yielded_ = true;
  if (ends_connection) {
    is_closing_ = true;
    should_linger_ |= is_draining_ || is_discarding_ || !unparsed().empty();
  }
}

/// Ends the use of the yielded request: the parser begins the next one.
void pipeline::release_request() {
  if (!is_yielded_)
    return;
  is_yielded_ = false;
  if (!is_discarding_)
    release();
}

void pipeline::release() {
  is_decided_ = is_refused_ = false;
  parser_.restart();
}

/// Handles the end of the available bytes, within a request or between two.
void pipeline::end_of_bytes() {
  if (parser_.is_in_body() && stop_to_decide())
    return;
  if (input_ended_) {
    if (parser_.has_begun())
      refuse(incomplete);
    is_closing_ = true;
  } else if (parser_.awaits_continue() && responses_.empty()) {
    responses_.append_between("HTTP/1.1 100 Continue\r\n\r\n");
    parser_.confirm_continue();
  }
}

bool pipeline::is_last(const http::request& request) const noexcept {
  // A peer that waits for `100 Continue` may never send the body: what comes next is ambiguous.
  if (!request.keep_alive || (is_refused_ && parser_.expects_continue()))
    return true;
  // A draining connection still serves the requests pipelined behind this one.
  return is_draining_ && (unparsed().empty() || is_discarding_);
}

std::string_view pipeline::unparsed() const noexcept {
  return rest_.empty() ? fed_ : std::string_view{rest_}.substr(rest_begin_);
}

bool pipeline::can_parse() const noexcept {
  return !is_closing_ && responses_.size() < pipelined_max_ &&
         responses_.bytes() < counter::limits::output_bytes_max && held_until_ == none;
}

// -- responses ----------------------------------------------------------------

void pipeline::close_after_newest() noexcept {
  responses_.close_after_newest();
  is_closing_ = should_linger_ = true;
}

void pipeline::complete(slot_type slot, const response& response) {
  responses_.complete(slot, response, date_.text());
  if (held_until_ == slot)
    held_until_ = none;
}

void pipeline::begin(slot_type slot, const response& head) {
  assert(held_until_ == slot);
  if (!responses_.begin(slot, head, date_.text()))
    is_closing_ = true;
}

void pipeline::end(slot_type slot) {
  responses_.end(slot);
  held_until_ = none;
}

// -- next step ----------------------------------------------------------------

pipeline::step pipeline::next_step(bool can_write) {
  release_request();
  if (!fed_.empty() || !rest_.empty())
    save_unparsed();
  const bool has_output = !responses_.output().empty();
  const bool is_at_end = is_closing_ && responses_.empty();
  if (has_output && can_write)
    return is_at_end ? step::write_last : step::write;
  if (is_at_end && !has_output)
    return should_linger_ ? step::linger : step::close;
  return wants_input() ? step::read : step::wait;
}

bool pipeline::wants_input() const noexcept {
  return !input_ended_ && can_parse() && unparsed().size() < counter::limits::read_bytes_max;
}

void pipeline::save_unparsed() {
  if (is_closing_) {
    should_linger_ |= !unparsed().empty();
    fed_ = {};
    rest_.clear();
    rest_begin_ = 0;
    return;
  }
  rest_.erase(0, rest_begin_);
  rest_begin_ = 0;
  rest_ += fed_;
  fed_ = {};
}

// -- deadlines ------------------------------------------------------------------

pipeline::awaited pipeline::awaits() const noexcept {
  if (is_closing_)
    return responses_.empty() ? awaited::nothing : awaited::response;
  if (parser_.is_in_body())
    return awaited::body;
  if (parser_.has_begun())
    return awaited::header;
  return responses_.empty() ? awaited::request : awaited::response;
}

void pipeline::time_out() {
  refuse(too_slow);
}

// -- end of the connection ------------------------------------------------------

void pipeline::refuse(const refusal& refusal) {
  if (is_closing_)
    return;
  is_closing_ = should_linger_ = true;
  refused_ = &refusal;
  if (is_discarding_) {
    // The request has its response already.
    responses_.close_after_newest();
    is_discarding_ = false;
    return release();
  }
  const bool is_head = parser_.request().method == method::head;
  const auto slot = responses_.open({.http_11 = true, .keep_alive = false, .is_head = is_head});
  const bool is_method = refusal.status == status::method_not_allowed;
  responses_.complete(
      slot, {.status = refusal.status, .body = refusal.line, .allow = is_method ? any_allow : ""},
      date_.text());
  // Drops the partial request, if any.
  parser_.restart();
}

void pipeline::drain() noexcept {
  is_draining_ = true;
  if (is_discarding_)
    return close_after_newest();
  const bool is_between_requests = !parser_.has_begun() && unparsed().empty();
  if (is_between_requests && responses_.close_after_newest())
    is_closing_ = should_linger_ = true;
}

void pipeline::shrink(std::size_t bytes_max) {
  // The last response may go on for long, and nothing is parsed behind it.
  const bool is_last_under_way = is_closing_ && responses_.size() == 1;
  if ((awaits() != awaited::request && !is_last_under_way) || !output().empty())
    return;
  responses_.shrink(bytes_max);
  if (!is_yielded_)
    parser_.shrink(bytes_max);
  if (rest_.empty() && rest_.capacity() > bytes_max)
    std::string{}.swap(rest_);
}

}  // namespace http
