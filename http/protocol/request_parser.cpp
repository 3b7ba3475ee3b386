#include "http/protocol/request_parser.hpp"

#include "counter/limits.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>
#include <functional>

namespace http {

namespace beast = boost::beast;
using counter::limits;

namespace {

constexpr refusal malformed{status::bad_request, "malformed request\n"};
constexpr refusal long_target{status::uri_too_long, "the request target is too long\n"};
constexpr refusal long_header{status::header_fields_too_large, "the header is too long\n"};
constexpr refusal long_body{status::content_too_large, "the body is too long\n"};
constexpr refusal many_bodies{status::service_unavailable,
                              "too many bodies are being sent, try again\n"};
constexpr refusal long_chunking{status::content_too_large,
                                "too many bytes of chunk extensions or trailers\n"};
constexpr refusal no_tunnels{status::method_not_allowed, "this method is not offered\n"};
constexpr refusal unknown_method{status::not_implemented, "unknown method\n"};
constexpr refusal unknown_version{status::http_version_not_supported,
                                  "the server speaks HTTP/1.1\n"};
constexpr refusal folded{status::bad_request, "folded header fields are obsolete\n"};

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

bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

bool is_hexadecimal(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Returns true if a line ends with LF instead of CRLF (RFC 9112 section 2.2).
bool has_bare_lf(std::string_view bytes) noexcept {
  for (auto lf = bytes.find('\n'); lf != bytes.npos; lf = bytes.find('\n', lf + 1))
    if (lf == 0 || bytes[lf - 1] != '\r')
      return true;
  return false;
}

/// Returns true if the framing of a chunked body has a bare LF. `framing` begins between two
/// chunks; it may end in the data of the next chunk, where any byte is allowed.
bool has_bare_lf_in_chunks(std::string_view framing) noexcept {
  bool is_trailer = false;
  for (auto lf = framing.find('\n'); lf != framing.npos; lf = framing.find('\n')) {
    if (lf == 0 || framing[lf - 1] != '\r')
      return true;
    const auto line = framing.substr(0, lf - 1);
    framing.remove_prefix(lf + 1);
    // An empty line ends the chunk before, and a size of 0 begins the trailers.
    if (is_trailer || line.empty())
      continue;
    const auto digit = std::min(line.find_first_not_of('0'), line.size());
    if (digit < line.size() && is_hexadecimal(line[digit]))
      return false;
    is_trailer = true;
  }
  return false;
}

/// Returns the position of the minor version in the request line if its version is 1.2 to 1.9.
std::optional<std::size_t> later_minor_version(std::string_view request_line) noexcept {
  constexpr std::string_view name = " HTTP/1.";
  const auto begin = request_line.find(name);
  if (begin == request_line.npos)
    return std::nullopt;
  const auto rest = request_line.substr(begin + name.size());
  if (rest.size() != 2 || rest[0] < '2' || rest[0] > '9' || rest[1] != '\r')
    return std::nullopt;
  return begin + name.size();
}

/// Returns true if the request line ends with a well-formed version whose major number is not 1.
bool has_other_major_version(std::string_view request_line) noexcept {
  constexpr std::string_view name = " HTTP/";
  const auto begin = request_line.find(name);
  if (begin == request_line.npos)
    return false;
  const auto version = request_line.substr(begin + name.size(), 4);
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.size() == 4 && is_digit(version[0]) && version[0] != '1' && version[1] == '.' &&
         is_digit(version[2]) && version[3] == '\r';
}

method to_method(beast::http::verb verb) noexcept {
  switch (verb) {
    case beast::http::verb::get:
      return method::get;
    case beast::http::verb::head:
      return method::head;
    case beast::http::verb::post:
      return method::post;
    case beast::http::verb::put:
      return method::put;
    case beast::http::verb::delete_:
      return method::delete_;
    case beast::http::verb::options:
      return method::options;
    default:
      return method::other;
  }
}

framing_guard::field to_guarded(beast::http::field name) noexcept {
  switch (name) {
    case beast::http::field::content_length:
      return framing_guard::field::content_length;
    case beast::http::field::transfer_encoding:
      return framing_guard::field::transfer_encoding;
    case beast::http::field::host:
      return framing_guard::field::host;
    case beast::http::field::expect:
      return framing_guard::field::expect;
    default:
      return framing_guard::field::other;
  }
}

/// Returns nullopt for a field that no handler uses.
std::optional<header_fields::name> to_used(beast::http::field name,
                                           beast::string_view name_text) noexcept {
  switch (name) {
    case beast::http::field::accept:
      return header_fields::name::accept;
    case beast::http::field::content_encoding:
      return header_fields::name::content_encoding;
    case beast::http::field::content_range:
      return header_fields::name::content_range;
    case beast::http::field::content_type:
      return header_fields::name::content_type;
    case beast::http::field::if_match:
      return header_fields::name::if_match;
    case beast::http::field::if_none_match:
      return header_fields::name::if_none_match;
    case beast::http::field::unknown:
      if (beast::iequals(name_text, "Idempotency-Key"))
        return header_fields::name::idempotency_key;
      if (beast::iequals(name_text, "Sec-Purpose") || beast::iequals(name_text, "Purpose") ||
          beast::iequals(name_text, "X-Moz"))
        return header_fields::name::purpose;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

// -- callbacks of Beast's parser ----------------------------------------------

request_parser::events::events(request_parser& parser) : parser_(parser) {
  header_limit(limits::header_bytes_max);
  body_limit(limits::body_bytes_max);
}

void request_parser::events::on_request_impl(verb method, string_view, string_view target,
                                             int version, error_code& ec) {
  if (target.size() > limits::target_bytes_max)
    return refuse(long_target, ec);
  if (method == verb::unknown)
    return refuse(unknown_method, ec);
  if (method == verb::connect || method == verb::trace)
    return refuse(no_tunnels, ec);
  auto& request = parser_.request_;
  request.method = to_method(method);
  request.target.assign(target.data(), target.size());
  request.http_11 = version >= 11;
}

void request_parser::events::on_field_impl(field name, string_view name_text, string_view value,
                                           error_code& ec) {
  if (is_header_done())
    return;  // a trailer: ignored; check_sizes() limits it
  if (is_folded(name_text, value))
    return refuse(folded, ec);
  if (auto why = parser_.guard_.check_field(to_guarded(name), {value.data(), value.size()}))
    return refuse(*why, ec);
  if (name == field::connection)
    read_connection(value);
  else if (const auto used = to_used(name, name_text))
    parser_.request_.fields.add(*used, {value.data(), value.size()});
}

/// Beast has checked that it is a list of tokens (RFC 9110 section 7.6.1). Beast's own
/// keep_alive() takes Proxy-Connection for the same, and prefers keep-alive to close.
void request_parser::events::read_connection(string_view options) {
  // The usual spellings, which take a list parser 300 instructions.
  if (options == "keep-alive" || options == "Keep-Alive") {
    parser_.has_keep_alive_ = true;
    return;
  }
  for (const auto option : beast::http::token_list{options}) {
    parser_.has_close_ |= beast::iequals(option, "close");
    parser_.has_keep_alive_ |= beast::iequals(option, "keep-alive");
  }
}

void request_parser::events::on_header_impl(error_code& ec) {
  auto& request = parser_.request_;
  // RFC 9112 section 9.3.
  request.asks_keep_alive = parser_.has_keep_alive_;
  request.keep_alive = !parser_.has_close_ && (request.http_11 || parser_.has_keep_alive_);
  if (auto why = parser_.guard_.check_header(request.http_11))
    refuse(*why, ec);
}

std::size_t request_parser::events::on_body_impl(string_view body, error_code& ec) {
  parser_.is_continued_ = true;  // the peer did not wait for 100 Continue
  store(body, ec);
  return body.size();
}

void request_parser::events::on_chunk_header_impl(std::uint64_t size, string_view extensions,
                                                  error_code& ec) {
  parser_.is_continued_ = true;
  parser_.chunk_left_ = size;
  // Beast allows any byte in a quoted string, but other servers end the line at a bare LF.
  if (std::any_of(extensions.begin(), extensions.end(), is_control))
    return refuse(malformed, ec);
  had_chunk_header_ = true;
}

std::size_t request_parser::events::on_chunk_body_impl(std::uint64_t, string_view body,
                                                       error_code& ec) {
  store(body, ec);
  parser_.chunk_left_ -= body.size();
  return body.size();
}

void request_parser::events::store(string_view body, error_code& ec) {
  parser_.body_bytes_ += body.size();
  constexpr auto methods_with_body = method::post | method::put | method::delete_;
  if (!contains(methods_with_body, parser_.request_.method))
    return;
  auto& stored = parser_.request_.body;
  if (parser_.bodies_ != nullptr &&
      !parser_.bodies_->take(counted(stored.size() + body.size()) - counted(stored.size())))
    return refuse(many_bodies, ec);
  stored.append(body.data(), body.size());
}

/// Returns true for an obsolete folded line (RFC 9112 section 5.2). Beast unfolds silently: it
/// copies the value into a buffer of its own, or skips a line end before it.
bool request_parser::events::is_folded(string_view name, string_view value) const noexcept {
  const auto* begin = name.data() + name.size();
  const auto* end = input_.data() + input_.size();
  const std::less<> before;
  if (before(value.data(), begin) || before(end, value.data()))
    return true;
  const std::string_view between{begin, static_cast<std::size_t>(value.data() - begin)};
  return between.find('\n') != between.npos;
}

void request_parser::events::refuse(const refusal& why, error_code& ec) {
  parser_.refuse(why);
  ec = beast::http::error::bad_value;  // stops Beast's parser, as any error does
}

// -- the parser ---------------------------------------------------------------

std::size_t request_parser::parse(std::string_view bytes) {
  if (!events_)
    events_.emplace(*this);
  std::size_t consumed = has_begun_ ? 0 : skip_empty_line(bytes);
  if (!has_begun_ && bytes.substr(consumed) == "\r")
    return consumed;  // perhaps an empty line
  // One put() consumes the header, a chunk header or a piece of body.
  while (state_ == parse_state::need_more && consumed < bytes.size()) {
    has_begun_ = true;
    const auto rest = bytes.substr(consumed);
    const bool was_in_header = !events_->is_header_done();
    if (!was_in_header && events_->chunked() && rest.size() < last_chunk.size()) {
      if (has_bad_line_end(rest, was_in_header))
        refuse(malformed);
      break;
    }
    // Beast may wait for the end of the header before it parses the request line.
    has_request_line_ =
        has_request_line_ || rest.substr(0, limits::header_bytes_max).find('\n') != rest.npos;
    beast::error_code error;
    const auto step = put(rest, error);
    consumed += step;
    const bool needs_more = error == beast::http::error::need_more;
    if (error && !needs_more)
      fail(error);
    else
      check_sizes(was_in_header, step, needs_more ? rest.size() - step : 0);
    if (needs_more && has_bad_line_end(rest.substr(step), was_in_header))
      refuse(malformed);
    if (state_ == parse_state::need_more && events_->is_done())
      state_ = parse_state::complete;
    if (needs_more)
      break;
  }
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

/// Returns true if a line end that is not CRLF is among bytes that Beast has not consumed. Beast
/// would wait for more where another server has seen the end of a header or of a chunk's size.
bool request_parser::has_bad_line_end(std::string_view bytes, bool was_in_header) const noexcept {
  if (was_in_header)
    return has_bare_lf(bytes);
  return events_->chunked() && bytes.size() > chunk_left_ &&
         has_bare_lf_in_chunks(bytes.substr(static_cast<std::size_t>(chunk_left_)));
}

bool request_parser::is_in_body() const noexcept {
  return state_ == parse_state::need_more && events_ && events_->is_header_done();
}

bool request_parser::awaits_continue() const noexcept {
  return is_in_body() && guard_.expects_continue() && request_.http_11 && !is_continued_;
}

void request_parser::restart() {
  events_.reset();
  guard_ = {};
  request_.method = method::other;
  request_.fields.clear();
  forget_body();
  header_bytes_ = body_bytes_ = chunk_overhead_ = 0;
  chunk_left_ = 0;
  state_ = parse_state::need_more;
  has_begun_ = has_request_line_ = has_skipped_line_ = is_continued_ = false;
  has_close_ = has_keep_alive_ = false;
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

void request_parser::fail(const beast::error_code& error) {
  if (state_ == parse_state::bad)
    return;  // a callback has refused the message
  if (error == beast::http::error::header_limit)
    refuse(has_request_line_ ? long_header : long_target);
  else if (error == beast::http::error::body_limit)
    refuse(long_body);
  else if (error == beast::http::error::bad_transfer_encoding)
    refuse(guard_.bad_transfer_encoding());
  else
    refuse(malformed);
}

void request_parser::refuse(const refusal& why) noexcept {
  state_ = parse_state::bad;
  why_ = why;
}

/// Enforces the limits of header and chunk overhead after one call of Beast's parser, which
/// consumed `consumed` bytes and needs more than the `waiting` ones to go on. Beast's own header
/// limit holds for one call only, so a header sent field by field could have any size; for the
/// bytes around the chunks of a body it has no limit.
void request_parser::check_sizes(bool was_in_header, std::size_t consumed,
                                 std::size_t waiting) noexcept {
  if (was_in_header) {
    header_bytes_ += consumed;
    const auto still_header = events_->is_header_done() ? 0 : waiting;
    if (header_bytes_ + still_header > limits::header_bytes_max)
      refuse(has_request_line_ ? long_header : long_target);
  } else if (events_->chunked()) {
    // The bytes beyond a plain chunk header: leading zeros, extensions, trailers.
    auto overhead = [](std::size_t bytes) {
      return std::max(bytes, plain_chunk_header_bytes) - plain_chunk_header_bytes;
    };
    if (events_->take_had_chunk_header())
      chunk_overhead_ += overhead(consumed);
    if (chunk_overhead_ + overhead(waiting) > limits::chunk_overhead_bytes_max)
      refuse(long_chunking);
  }
}

}  // namespace http
