#include "http/protocol/status.hpp"

namespace http {

std::string_view status_line(status code) noexcept {
  switch (code) {
    case status::ok:
      return "HTTP/1.1 200 OK\r\n";
    case status::created:
      return "HTTP/1.1 201 Created\r\n";
    case status::no_content:
      return "HTTP/1.1 204 No Content\r\n";
    case status::not_modified:
      return "HTTP/1.1 304 Not Modified\r\n";
    case status::bad_request:
      return "HTTP/1.1 400 Bad Request\r\n";
    case status::unauthorized:
      return "HTTP/1.1 401 Unauthorized\r\n";
    case status::forbidden:
      return "HTTP/1.1 403 Forbidden\r\n";
    case status::not_found:
      return "HTTP/1.1 404 Not Found\r\n";
    case status::method_not_allowed:
      return "HTTP/1.1 405 Method Not Allowed\r\n";
    case status::request_timeout:
      return "HTTP/1.1 408 Request Timeout\r\n";
    case status::conflict:
      return "HTTP/1.1 409 Conflict\r\n";
    case status::precondition_failed:
      return "HTTP/1.1 412 Precondition Failed\r\n";
    case status::content_too_large:
      return "HTTP/1.1 413 Content Too Large\r\n";
    case status::uri_too_long:
      return "HTTP/1.1 414 URI Too Long\r\n";
    case status::unsupported_media_type:
      return "HTTP/1.1 415 Unsupported Media Type\r\n";
    case status::expectation_failed:
      return "HTTP/1.1 417 Expectation Failed\r\n";
    case status::misdirected_request:
      return "HTTP/1.1 421 Misdirected Request\r\n";
    case status::unprocessable_content:
      return "HTTP/1.1 422 Unprocessable Content\r\n";
    case status::header_fields_too_large:
      return "HTTP/1.1 431 Request Header Fields Too Large\r\n";
    case status::internal_server_error:
      return "HTTP/1.1 500 Internal Server Error\r\n";
    case status::not_implemented:
      return "HTTP/1.1 501 Not Implemented\r\n";
    case status::service_unavailable:
      return "HTTP/1.1 503 Service Unavailable\r\n";
    case status::http_version_not_supported:
      return "HTTP/1.1 505 HTTP Version Not Supported\r\n";
    case status::insufficient_storage:
      return "HTTP/1.1 507 Insufficient Storage\r\n";
  }
  __builtin_unreachable();
}

}  // namespace http
