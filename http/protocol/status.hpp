#pragma once

#include <cstdint>
#include <string_view>

namespace http {

/// The status codes of counterd's responses (RFC 9110 section 15; 431: RFC 6585, 507: RFC 4918).
enum class status : std::uint16_t {
  ok = 200,
  created = 201,
  no_content = 204,
  not_modified = 304,
  bad_request = 400,
  unauthorized = 401,
  forbidden = 403,
  not_found = 404,
  method_not_allowed = 405,
  request_timeout = 408,
  conflict = 409,
  precondition_failed = 412,
  content_too_large = 413,
  uri_too_long = 414,
  unsupported_media_type = 415,
  expectation_failed = 417,
  misdirected_request = 421,
  unprocessable_content = 422,
  header_fields_too_large = 431,
  internal_server_error = 500,
  not_implemented = 501,
  service_unavailable = 503,
  http_version_not_supported = 505,
  insufficient_storage = 507,
};

/// Returns the status line with its line end: "HTTP/1.1 200 OK\r\n"; static. The version is 1.1
/// also for a peer that speaks HTTP/1.0 (RFC 9110 section 2.5).
std::string_view status_line(status code) noexcept;

}  // namespace http
