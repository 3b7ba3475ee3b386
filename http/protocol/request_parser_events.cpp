// The callbacks of Beast's parser: what becomes of each part of a request.

#include "counter/limits.hpp"
#include "http/protocol/field_value.hpp"
#include "http/protocol/request_parser.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>
#include <functional>

namespace http {

namespace beast = boost::beast;
using counter::limits;

namespace {

constexpr beast::string_view forwarded_prefix = "X-Forwarded-";

constexpr refusal many_bodies{status::service_unavailable,
                              "too many bodies are being sent, try again\n"};
constexpr refusal no_tunnels{status::method_not_allowed, "this method is not offered\n"};
constexpr refusal unknown_method{status::not_implemented, "unknown method\n"};
constexpr refusal folded{status::bad_request, "folded header fields are obsolete\n"};

bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
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

/// Returns nullopt for a field that nobody uses.
std::optional<header_fields::name> to_used(beast::http::field name, beast::string_view name_text,
                                           beast::string_view value) noexcept {
  switch (name) {
    case beast::http::field::accept:
      return header_fields::name::accept;
    case beast::http::field::accept_encoding:
      if (names_range(value, "gzip"))
        return header_fields::name::accepts_gzip;
      return std::nullopt;
    case beast::http::field::access_control_request_method:
      return header_fields::name::access_control_request_method;
    case beast::http::field::authorization:
      return header_fields::name::authorization;
    case beast::http::field::content_encoding:
      return header_fields::name::content_encoding;
    case beast::http::field::content_range:
      return header_fields::name::content_range;
    case beast::http::field::content_type:
      return header_fields::name::content_type;
    case beast::http::field::forwarded:
    case beast::http::field::via:
      return header_fields::name::forwarded;
    case beast::http::field::host:
      return header_fields::name::host;
    case beast::http::field::if_match:
      return header_fields::name::if_match;
    case beast::http::field::if_none_match:
      return header_fields::name::if_none_match;
    case beast::http::field::origin:
      return header_fields::name::origin;
    case beast::http::field::sec_fetch_site:
      return header_fields::name::sec_fetch_site;
    case beast::http::field::user_agent:
      if (value.starts_with("Mozilla/"))
        return header_fields::name::browser_agent;
      return std::nullopt;
    case beast::http::field::unknown:
      if (beast::iequals(name_text, "Idempotency-Key"))
        return header_fields::name::idempotency_key;
      if (beast::iequals(name_text, "Idempotency-Key-TTL"))
        return header_fields::name::idempotency_key_ttl;
      if (beast::iequals(name_text, "Last-Event-ID"))
        return header_fields::name::last_event_id;
      if (beast::iequals(name_text, "Sec-Purpose") || beast::iequals(name_text, "Purpose") ||
          beast::iequals(name_text, "X-Purpose") || beast::iequals(name_text, "X-Moz"))
        return header_fields::name::purpose;
      if (beast::iequals(name_text, "X-Forwarded-For"))
        return header_fields::name::forwarded_for;
      if (beast::iequals(name_text.substr(0, forwarded_prefix.size()), forwarded_prefix) ||
          beast::iequals(name_text, "X-Real-IP"))
        return header_fields::name::forwarded;
      if (beast::iequals(name_text, "X-Requested-With"))
        return header_fields::name::requested_with;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

request_parser::events::events(request_parser& parser) : parser_(parser) {
  header_limit(limits::header_bytes_max);
  body_limit(limits::body_bytes_max);
}

void request_parser::events::on_request_impl(verb method, string_view, string_view target,
                                             int version, error_code& ec) {
  auto& request = parser_.request_;
  request.method = to_method(method);
  parser_.has_request_line_ = true;
  if (target.size() > limits::target_bytes_max)
    return refuse(long_target, ec);
  if (method == verb::unknown)
    return refuse(unknown_method, ec);
  if (method == verb::connect || method == verb::trace)
    return refuse(no_tunnels, ec);
  request.target.assign(target.data(), target.size());
  request.http_11 = version >= 11;
}

void request_parser::events::on_field_impl(field name, string_view name_text, string_view value,
                                           error_code& ec) {
  if (is_header_done())
    return;  // a trailer: ignored; check_sizes() limits it
  if (is_folded(name_text, value))
    return refuse(folded, ec);
  const auto* known_host = find_known_host(name, value);
  const auto guarded = known_host != nullptr ? framing_guard::field::known_host : to_guarded(name);
  if (const auto* why = parser_.guard_.check_field(guarded, {value.data(), value.size()}))
    return refuse(*why, ec);
  if (known_host != nullptr) {
    parser_.request_.known_host = known_host;
    return;
  }
  if (name == field::connection)
    read_connection(value);
  else if (const auto used = to_used(name, name_text, value))
    parser_.request_.fields.add(*used, {value.data(), value.size()});
}

const known_host* request_parser::events::find_known_host(field name,
                                                          string_view value) const noexcept {
  if (name != field::host || parser_.known_hosts_ == nullptr)
    return nullptr;
  return parser_.known_hosts_->find({value.data(), value.size()});
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
  if (const auto* why = parser_.guard_.check_header(request.http_11))
    refuse(*why, ec);
}

std::size_t request_parser::events::on_body_impl(string_view body, error_code& ec) {
  parser_.is_continued_ = true;  // the peer did not wait for 100 Continue
  store(body, ec);
  return body.size();
}

void request_parser::events::on_chunk_header_impl(std::uint64_t size, string_view extensions,
                                                  error_code& ec) {
  parser_.is_continued_ = parser_.has_chunk_ = true;
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
  if (!parser_.store_body({body.data(), body.size()}))
    refuse(many_bodies, ec);
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

}  // namespace http
