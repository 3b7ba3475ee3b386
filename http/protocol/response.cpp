#include "http/protocol/response.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace http {

namespace {

void append_number(std::string& output, std::size_t number) {
  char digits[20];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  output.append(digits, end);
}

void append_hexadecimal(std::string& output, std::size_t number) {
  char digits[16];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number, 16).ptr;
  output.append(digits, end);
}

/// Appends Keep-Alive, and Connection, which must name it (RFC 9110 section 7.6.1). In one piece,
/// because an append takes longer than a number.
void append_keep_alive(std::string& output, std::uint16_t seconds) {
  constexpr std::string_view beginning = "Connection: keep-alive\r\nKeep-Alive: timeout=";
  char fields[beginning.size() + sizeof "12345\r\n"];
  std::memcpy(fields, beginning.data(), beginning.size());
  auto* end = std::to_chars(fields + beginning.size(), std::end(fields), seconds).ptr;
  *end++ = '\r';
  *end++ = '\n';
  output.append(fields, end);
}

/// Not by append_number(), whose only call is inlined: it is on the path of every response.
[[gnu::cold]] void append_retry_after(std::string& output, std::uint8_t seconds) {
  char digits[3];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), seconds).ptr;
  output.append("Retry-After: ", 13);
  output.append(digits, static_cast<std::size_t>(end - digits));
  output.append("\r\n", 2);
}

std::string_view to_text(caching caching) noexcept {
  switch (caching) {
    case caching::no_store:
      break;
    case caching::no_store_transform:
      return "no-store, no-transform";
    case caching::no_cache:
      return "no-cache";
    case caching::one_minute:
      return "max-age=60";
    case caching::no_store_by_images:
      return "max-age=0, no-cache, no-store, must-revalidate";
  }
  return "no-store";
}

[[gnu::cold]] void append_caching(std::string& output, caching caching) {
  output.append("\r\nCache-Control: ").append(to_text(caching));
  output += "\r\nX-Content-Type-Options: nosniff\r\n";
}

bool has_body(status code) noexcept {
  return code != status::no_content && code != status::not_modified;
}

/// Appends the status line and the fields that do not depend on the body.
void render_common(std::string& output, const response& response, const framing& framing,
                   std::string_view date) {
  output += status_line(response.status);
  output += "Date: ";
  output += date;
  // `no-store` also stops a browser from serving /inc from its cache.
  // In one piece: an append of a known length is a few stores.
  if (response.caching == caching::no_store)
    output += "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
  else if (response.caching == caching::no_cache)
    output += "\r\nCache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n";
  else
    append_caching(output, response.caching);
  // HTTP/1.1 connections persist by default, HTTP/1.0 connections do not (RFC 9112 section 9.3).
  if (!framing.keep_alive)
    output += "Connection: close\r\n";
  else if (framing.idle_seconds > 0)
    append_keep_alive(output, framing.idle_seconds);
  else if (!framing.http_11)
    output += "Connection: keep-alive\r\n";
  if (!response.allow.empty()) {
    output += "Allow: ";
    output += response.allow;
    output += "\r\n";
  }
  if (response.status == status::service_unavailable)
    append_retry_after(output, response.retry_after);
  if (!response.fields.empty())
    output += response.fields.view();
  if (framing.fields != nullptr)
    output += *framing.fields;
}

}  // namespace

void render(std::string& output, const response& response, const framing& framing,
            std::string_view date) {
  render_common(output, response, framing, date);
  if (!has_body(response.status)) {
    output += "\r\n";
    return;
  }
  const auto body = response.body.view();
  output += "Content-Type: ";
  output += response.type;
  output += "\r\nContent-Length: ";
  append_number(output, body.size());
  output += "\r\n\r\n";
  if (!framing.is_head)
    output += body;
}

void frame_stream(framing& framing) noexcept {
  framing.keep_alive = framing.keep_alive && framing.http_11;
}

/// The end of the connection ends a body, too (RFC 9112 section 6.3).
static bool is_chunked(const framing& framing) noexcept {
  return framing.keep_alive;
}

void render_head(std::string& output, const response& response, const framing& framing,
                 std::string_view date) {
  render_common(output, response, framing, date);
  output += "Content-Type: ";
  output += response.type;
  output += is_chunked(framing) ? "\r\nTransfer-Encoding: chunked\r\n\r\n" : "\r\n\r\n";
}

void render_piece(std::string& output, std::string_view bytes, const framing& framing) {
  if (bytes.empty() || framing.is_head)
    return;
  if (!is_chunked(framing)) {
    output += bytes;
    return;
  }
  append_hexadecimal(output, bytes.size());
  output += "\r\n";
  output += bytes;
  output += "\r\n";
}

void render_end(std::string& output, const framing& framing) {
  if (is_chunked(framing) && !framing.is_head)
    output += "0\r\n\r\n";
}

}  // namespace http
