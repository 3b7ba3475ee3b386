#pragma once

#include <cstdint>
#include <string_view>

namespace http {

/// The status codes that counterd answers with (RFC 9110 section 15).
enum class status : std::uint16_t {
  ok = 200,
  no_content = 204,
  bad_request = 400,
  not_found = 404,
  method_not_allowed = 405,
  request_timeout = 408,
  conflict = 409,
  content_too_large = 413,
  uri_too_long = 414,
  expectation_failed = 417,
  header_fields_too_large = 431,
  not_implemented = 501,
  service_unavailable = 503,
  insufficient_storage = 507,
};

/// "HTTP/1.1 200 OK\r\n" and so on.
std::string_view status_line(status code) noexcept;

}  // namespace http
