#include "http/protocol/request_parser.hpp"

#include "counter/limits.hpp"
#include "http/protocol/message_syntax.hpp"

#include <algorithm>
#include <string>

namespace http {

namespace beast = boost::beast;
using counter::limits;

namespace {

constexpr refusal long_header{status::header_fields_too_large, "the header is too long\n"};
constexpr refusal long_body{status::content_too_large, "the body is too long\n"};
constexpr refusal long_chunking{status::content_too_large,
                                "too many bytes of chunk extensions or trailers\n"};
constexpr refusal unknown_version{status::http_version_not_supported,
                                  "the server speaks HTTP/1.1\n"};

/// The longest plain chunk header: the line end of the chunk before, a 64-bit size in hexadecimal,
/// and two line ends.
constexpr std::size_t plain_chunk_header_bytes = 2 + 16 + 4;

/// The shortest end of a chunked body. Beast consumes none of it before it is complete, and asserts
/// that it is never called twice with less.
constexpr std::string_view last_chunk = "0\r\n\r\n";

/// The bytes of a body that count against the budget. A usual body counts nothing, so that it is
/// not refused because other connections send large ones.
std::size_t counted(std::size_t body_bytes) noexcept {
  return body_bytes - std::min(body_bytes, limits::retained_bytes_max);
}

}  // namespace

std::size_t request_parser::parse(std::string_view bytes) {
  if (!events_)
    events_.emplace(*this);
  std::size_t consumed = has_begun_ ? 0 : skip_empty_line(bytes);
  if (!has_begun_ && bytes.substr(consumed) == "\r")
    return consumed;  // perhaps an empty line
  const auto beginning = bytes.substr(consumed);
  // One put() consumes the header, a chunk header or a piece of body.
  while (state_ == parse_state::need_more && consumed < bytes.size()) {
    has_begun_ = true;
    const auto rest = bytes.substr(consumed);
    const bool was_in_header = !events_->is_header_done();
    if (!was_in_header && events_->chunked() && rest.size() < last_chunk.size()) {
      if (is_bad_prefix(rest, was_in_header))
        refuse(malformed);
      break;
    }
    beast::error_code error;
    const auto step = put(rest, error);
    consumed += step;
    const bool needs_more = error == beast::http::error::need_more;
    if (error && !needs_more)
      fail(error, rest);
    else if (!check_sizes(was_in_header, step, needs_more ? rest.size() - step : 0))
      refuse(was_in_header ? too_long(rest) : long_chunking);
    if (needs_more && is_bad_prefix(rest.substr(step), was_in_header))
      refuse(malformed);
    if (state_ == parse_state::need_more && events_->is_done())
      state_ = parse_state::complete;
    if (needs_more)
      break;
  }
  // The response to a refused HEAD has no body, also if Beast has not read the method.
  if (state_ != parse_state::complete && header_bytes_ == 0 && beginning.starts_with("HEAD "))
    request_.method = method::head;
  return consumed;
}

/// Skips one empty line before a request (RFC 9112 section 2.2): old clients send one behind a
/// body. Returns the number of bytes skipped.
std::size_t request_parser::skip_empty_line(std::string_view bytes) noexcept {
  if (has_skipped_line_ || !bytes.starts_with("\r\n"))
    return 0;
  has_skipped_line_ = true;
  return 2;
}

/// Feeds Beast, which refuses the versions 1.2 to 1.9. A server treats them as the highest minor
/// version that it knows (RFC 9110 section 2.5), so Beast gets a copy that says 1.1.
std::size_t request_parser::put(std::string_view bytes, beast::error_code& error) {
  events_->input(bytes);
  const auto step = events_->put({bytes.data(), bytes.size()}, error);
  if (error != beast::http::error::bad_version)
    return step;
  const auto line_end = bytes.find('\n');
  if (line_end == bytes.npos) {
    events_.emplace(*this);
    error = beast::http::error::need_more;
    return 0;
  }
  const auto request_line = bytes.substr(0, line_end);
  const auto minor = later_minor_version(request_line);
  if (!minor) {
    if (has_other_major_version(request_line))
      refuse(unknown_version);
    return step;
  }
  std::string copy{bytes};
  copy[*minor] = '1';
  events_.emplace(*this);
  error = {};
  events_->input(copy);
  return events_->put({copy.data(), copy.size()}, error);
}

/// Returns true if the bytes that Beast has not consumed cannot become a message. Beast waits for
/// the end of a header or of a chunk's size before it looks at them.
bool request_parser::is_bad_prefix(std::string_view bytes, bool was_in_header) const noexcept {
  if (was_in_header)
    return has_bad_line_end(bytes);
  return events_->chunked() && bytes.size() > chunk_left_ &&
         is_bad_chunk_framing(bytes.substr(static_cast<std::size_t>(chunk_left_)), !has_chunk_);
}

bool request_parser::is_in_body() const noexcept {
  return state_ == parse_state::need_more && events_ && events_->is_header_done();
}

bool request_parser::awaits_continue() const noexcept {
  return is_in_body() && guard_.expects_continue() && request_.http_11 && !is_continued_;
}

void request_parser::discard_body() noexcept {
  forget_body();
  discards_body_ = true;
}

void request_parser::restart() {
  events_.reset();
  guard_ = {};
  request_.method = method::other;
  request_.fields.clear();
  request_.known_host = nullptr;
  forget_body();
  header_bytes_ = body_bytes_ = chunk_overhead_ = 0;
  chunk_left_ = 0;
  state_ = parse_state::need_more;
  has_begun_ = has_request_line_ = has_skipped_line_ = is_continued_ = has_chunk_ = false;
  discards_body_ = false;
  has_close_ = has_keep_alive_ = false;
}

/// Stores a piece of the body if the method has a use for it. Returns false if the budget of all
/// bodies is used up.
bool request_parser::store_body(std::string_view piece) {
  body_bytes_ += piece.size();
  constexpr auto methods_with_body = method::post | method::put | method::delete_;
  if (discards_body_ || !contains(methods_with_body, request_.method))
    return true;
  auto& stored = request_.body;
  if (bodies_ != nullptr &&
      !bodies_->take(counted(stored.size() + piece.size()) - counted(stored.size())))
    return false;
  stored.append(piece);
  return true;
}

/// Frees the memory of a large body, because the budget no longer counts it.
void request_parser::forget_body() noexcept {
  if (bodies_ != nullptr)
    bodies_->give(counted(request_.body.size()));
  request_.body.clear();
  if (request_.body.capacity() > limits::retained_bytes_max)
    std::string{}.swap(request_.body);
}

void request_parser::shrink(std::size_t bytes_max) {
  for (auto* buffer : {&request_.target, &request_.body})
    if (buffer->capacity() > bytes_max)
      std::string{}.swap(*buffer);
  request_.fields.shrink(bytes_max);
}

void request_parser::fail(const beast::error_code& error, std::string_view rest) {
  if (state_ == parse_state::bad)
    return;  // a callback has refused the message
  if (error == beast::http::error::header_limit)
    refuse(too_long(rest));
  else if (error == beast::http::error::body_limit)
    refuse(long_body);
  else if (error == beast::http::error::bad_transfer_encoding)
    refuse(guard_.bad_transfer_encoding());
  else
    refuse(malformed);
}

/// Returns the refusal of a header that is too long, of which `rest` is not consumed. Beast may
/// wait for the end of the header before it parses the request line, so the status would depend on
/// how the bytes arrive.
const refusal& request_parser::too_long(std::string_view rest) const noexcept {
  if (has_request_line_)
    return long_header;
  const auto line_end = rest.substr(0, limits::header_bytes_max).find('\n');
  if (line_end == rest.npos)
    return long_target;
  const auto line = rest.substr(0, line_end);
  const auto target = line.substr(line.find(' ') + 1);
  return target.substr(0, target.find(' ')).size() > limits::target_bytes_max ? long_target
                                                                              : long_header;
}

void request_parser::refuse(const refusal& why) noexcept {
  state_ = parse_state::bad;
  why_ = &why;
}

/// Returns false if a limit of header or chunk overhead is exceeded after one call of Beast's
/// parser, which consumed `consumed` bytes and needs more than the `waiting` ones to go on. Beast's
/// own header limit holds for one call only, so a header sent field by field could have any size;
/// for the bytes around the chunks of a body it has no limit.
bool request_parser::check_sizes(bool was_in_header, std::size_t consumed,
                                 std::size_t waiting) noexcept {
  if (was_in_header) {
    header_bytes_ += consumed;
    const auto still_header = events_->is_header_done() ? 0 : waiting;
    return header_bytes_ + still_header <= limits::header_bytes_max;
  }
  if (!events_->chunked())
    return true;
  // The bytes beyond a plain chunk header: leading zeros, extensions, trailers.
  auto overhead = [](std::size_t bytes) {
    return std::max(bytes, plain_chunk_header_bytes) - plain_chunk_header_bytes;
  };
  if (events_->take_had_chunk_header())
    chunk_overhead_ += overhead(consumed);
  return chunk_overhead_ + overhead(waiting) <= limits::chunk_overhead_bytes_max;
}

}  // namespace http
