#include "http/protocol/request_parser.hpp"

#include "counter/limits.hpp"

#include <boost/beast/core/string.hpp>

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

/// Returns true if a line ends with LF instead of CRLF (RFC 9112 section 2.2).
bool has_bare_lf(std::string_view bytes) noexcept {
  for (auto lf = bytes.find('\n'); lf != bytes.npos; lf = bytes.find('\n', lf + 1))
    if (lf == 0 || bytes[lf - 1] != '\r')
      return true;
  return false;
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
    case beast::http::field::content_type:
      return header_fields::name::content_type;
    case beast::http::field::if_match:
      return header_fields::name::if_match;
    case beast::http::field::if_none_match:
      return header_fields::name::if_none_match;
    case beast::http::field::unknown:
      if (beast::iequals(name_text, "Idempotency-Key"))
        return header_fields::name::idempotency_key;
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
  if (const auto used = to_used(name, name_text))
    parser_.request_.fields.add(*used, {value.data(), value.size()});
}

void request_parser::events::on_header_impl(error_code& ec) {
  auto& request = parser_.request_;
  request.keep_alive = keep_alive();
  if (auto why = parser_.guard_.check_header(request.http_11))
    refuse(*why, ec);
}

std::size_t request_parser::events::on_body_impl(string_view body, error_code& ec) {
  parser_.is_continued_ = true;  // the peer did not wait for 100 Continue
  store(body, ec);
  return body.size();
}

void request_parser::events::on_chunk_header_impl(std::uint64_t, string_view extensions,
                                                  error_code& ec) {
  parser_.is_continued_ = true;
  // Beast allows any byte in a quoted string, but other servers end the line at a bare LF.
  if (std::any_of(extensions.begin(), extensions.end(), is_control))
    return refuse(malformed, ec);
  had_chunk_header_ = true;
}

std::size_t request_parser::events::on_chunk_body_impl(std::uint64_t, string_view body,
                                                       error_code& ec) {
  store(body, ec);
  return body.size();
}

void request_parser::events::store(string_view body, error_code& ec) {
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
  std::size_t consumed = 0;
  // One put() consumes the header, a chunk header or a piece of body.
  while (state_ == parse_state::need_more && consumed < bytes.size()) {
    has_begun_ = true;
    const auto rest = bytes.substr(consumed);
    const bool was_in_header = !events_->is_header_done();
    if (!was_in_header && events_->chunked() && rest.size() < last_chunk.size())
      break;
    // Beast may wait for the end of the header before it parses the request line.
    has_request_line_ =
        has_request_line_ || rest.substr(0, limits::header_bytes_max).find('\n') != rest.npos;
    beast::error_code error;
    events_->input(rest);
    const auto step = events_->put({rest.data(), rest.size()}, error);
    consumed += step;
    const bool needs_more = error == beast::http::error::need_more;
    if (error && !needs_more)
      fail(error);
    else
      check_sizes(was_in_header, step, needs_more ? rest.size() - step : 0);
    // Beast would wait for the end of a header that another server has seen already.
    if (needs_more && was_in_header && has_bare_lf(rest.substr(step)))
      refuse(malformed);
    if (state_ == parse_state::need_more && events_->is_done())
      state_ = parse_state::complete;
    if (needs_more)
      break;
  }
  return consumed;
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
  header_bytes_ = chunk_overhead_ = 0;
  state_ = parse_state::need_more;
  has_begun_ = has_request_line_ = is_continued_ = false;
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
