#include "http/protocol/response.hpp"

#include <charconv>
#include <cstddef>

namespace http {

namespace {

void append_number(std::string& output, std::size_t number) {
  char digits[20];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  output.append(digits, end);
}

/// HTTP/1.1 keeps a connection and HTTP/1.0 closes it unless told otherwise.
std::string_view connection_field(const framing& framing) noexcept {
  if (!framing.keep_alive)
    return "Connection: close\r\n";
  return framing.http_11 ? "" : "Connection: keep-alive\r\n";
}

}  // namespace

void render(std::string& output, const response& response, const framing& framing,
            std::string_view date) {
  output += status_line(response.status);
  output += "Date: ";
  output += date;
  // No-store also keeps a browser from answering /inc out of its cache.
  output += response.may_be_kept ? "\r\nCache-Control: no-cache\r\n"
                                   "X-Content-Type-Options: nosniff\r\n"
                                 : "\r\nCache-Control: no-store\r\n"
                                   "X-Content-Type-Options: nosniff\r\n";
  output += connection_field(framing);
  if (!response.allow.empty()) {
    output += "Allow: ";
    output += response.allow;
    output += "\r\n";
  }
  if (response.status == status::service_unavailable)
    output += "Retry-After: 1\r\n";
  if (!response.fields.empty())
    output += response.fields;
  if (response.status == status::no_content || response.status == status::not_modified) {
    output += "\r\n";
    return;
  }
  output += "Content-Type: ";
  output += response.type;
  output += "\r\nContent-Length: ";
  append_number(output, response.body.size());
  output += "\r\n\r\n";
  if (!framing.is_head)
    output += response.body;
}

}  // namespace http
