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

/// What a chunked body ends with, at the least. Beast asserts that it never
/// sees less of it twice, and takes nothing of it before it is whole.
/// The end of the chunk before, 64 bits in hexadecimal, and two line ends.
constexpr std::size_t plain_chunk_header_bytes = 2 + 16 + 4;
constexpr std::string_view last_chunk = "0\r\n\r\n";

/// What a body takes off the budget: what is usual is not worth counting, and must
/// not be refused because others send large ones.
std::size_t counted(std::size_t body_bytes) noexcept {
  return body_bytes - std::min(body_bytes, limits::kept_bytes_max);
}

bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

/// Line ends are CRLF (RFC 9112 section 2.2).
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

/// Nothing for those that nobody asks for.
std::optional<header_fields::name> to_kept(beast::http::field name,
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

// -- what Beast calls back ----------------------------------------------------

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
    return;  // a trailer: bounded by check_sizes(), and ignored
  if (is_folded(name_text, value))
    return refuse(folded, ec);
  if (auto why = parser_.guard_.check_field(to_guarded(name), {value.data(), value.size()}))
    return refuse(*why, ec);
  if (const auto kept = to_kept(name, name_text))
    parser_.request_.fields.add(*kept, {value.data(), value.size()});
}

void request_parser::events::on_header_impl(error_code& ec) {
  auto& request = parser_.request_;
  request.keep_alive = keep_alive();
  if (auto why = parser_.guard_.check_header(request.http_11))
    refuse(*why, ec);
}

std::size_t request_parser::events::on_body_impl(string_view body, error_code& ec) {
  parser_.is_continued_ = true;  // the peer did not wait
  keep(body, ec);
  return body.size();
}

void request_parser::events::on_chunk_header_impl(std::uint64_t, string_view extensions,
                                                  error_code& ec) {
  parser_.is_continued_ = true;
  // Beast takes any byte in a quoted string; others end a line at a bare LF.
  if (std::any_of(extensions.begin(), extensions.end(), is_control))
    return refuse(malformed, ec);
  had_chunk_header_ = true;
}

std::size_t request_parser::events::on_chunk_body_impl(std::uint64_t, string_view body,
                                                       error_code& ec) {
  keep(body, ec);
  return body.size();
}

void request_parser::events::keep(string_view body, error_code& ec) {
  constexpr auto keepers = method::post | method::put | method::delete_;
  if (!contains(keepers, parser_.request_.method))
    return;
  auto& kept = parser_.request_.body;
  if (parser_.bodies_ != nullptr &&
      !parser_.bodies_->take(counted(kept.size() + body.size()) - counted(kept.size())))
    return refuse(many_bodies, ec);
  kept.append(body.data(), body.size());
}

/// Beast unfolds silently, into a buffer of its own or by skipping a line end.
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
  ec = beast::http::error::bad_value;  // any error stops Beast's parser
}

// -- the parser ---------------------------------------------------------------

std::size_t request_parser::parse(std::string_view bytes) {
  if (!events_)
    events_.emplace(*this);
  std::size_t used = 0;
  // Beast returns after the header, each chunk header and each piece of body.
  while (state_ == parse_state::need_more && used < bytes.size()) {
    has_begun_ = true;
    const auto unused = bytes.substr(used);
    const bool was_in_header = !events_->is_header_done();
    if (!was_in_header && events_->chunked() && unused.size() < last_chunk.size())
      break;
    // Beast may wait for a whole header before it looks at the request line.
    has_request_line_ =
        has_request_line_ || unused.substr(0, limits::header_bytes_max).find('\n') != unused.npos;
    beast::error_code error;
    events_->input(unused);
    const auto taken = events_->put({unused.data(), unused.size()}, error);
    used += taken;
    const bool needs_more = error == beast::http::error::need_more;
    if (error && !needs_more)
      fail(error);
    else
      check_sizes(was_in_header, taken, needs_more ? unused.size() - taken : 0);
    // Beast would wait for an end of header that may never come.
    if (needs_more && was_in_header && has_bare_lf(unused.substr(taken)))
      refuse(malformed);
    if (state_ == parse_state::need_more && events_->is_done())
      state_ = parse_state::complete;
    if (needs_more)
      break;
  }
  return used;
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

/// Gives its memory back, too, where it is more than most bodies take: it is not
/// counted any more.
void request_parser::forget_body() noexcept {
  if (bodies_ != nullptr)
    bodies_->give(counted(request_.body.size()));
  request_.body.clear();
  if (request_.body.capacity() > limits::kept_bytes_max)
    std::string{}.swap(request_.body);
}

void request_parser::shrink(std::size_t kept_bytes) {
  for (auto* buffer : {&request_.target, &request_.body})
    if (buffer->capacity() > kept_bytes)
      std::string{}.swap(*buffer);
  request_.fields.shrink(kept_bytes);
}

void request_parser::fail(const beast::error_code& error) {
  if (state_ == parse_state::bad)
    return;  // refused by us, in a callback
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

/// `taken` bytes were used up by one call of Beast's parser and `waiting` ones
/// are not enough for it to go on. Its own header limit holds for one call only,
/// so that a header sent field by field could be of any size, and it has none
/// for what surrounds the chunks of a body.
void request_parser::check_sizes(bool was_in_header, std::size_t taken,
                                 std::size_t waiting) noexcept {
  if (was_in_header) {
    header_bytes_ += taken;
    const auto still_header = events_->is_header_done() ? 0 : waiting;
    if (header_bytes_ + still_header > limits::header_bytes_max)
      refuse(has_request_line_ ? long_header : long_target);
  } else if (events_->chunked()) {
    // More than its size needs: leading zeros, extensions, trailers.
    auto overhead = [](std::size_t bytes) {
      return std::max(bytes, plain_chunk_header_bytes) - plain_chunk_header_bytes;
    };
    if (events_->take_had_chunk_header())
      chunk_overhead_ += overhead(taken);
    if (chunk_overhead_ + overhead(waiting) > limits::chunk_overhead_bytes_max)
      refuse(long_chunking);
  }
}

}  // namespace http
