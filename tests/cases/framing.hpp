#pragma once

#include "counter/limits.hpp"
#include "http/protocol/request.hpp"
#include "http/protocol/status.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Whole requests, valid and refused by the framing rules.
namespace cases {

/// The target of almost every request here: one that takes effect adds to x.
inline constexpr std::string_view carrier = "/inc?name=x";

inline std::string repeat(std::string_view text, std::size_t times) {
  std::string result;
  while (times-- > 0)
    result += text;
  return result;
}

/// Returns a POST with these fields, which are whole lines, and this body.
inline std::string with_fields(std::string_view fields, std::string_view body = "",
                               std::string_view version = "HTTP/1.1\r\nHost: h") {
  return "POST " + std::string{carrier} + " " + std::string{version} + "\r\n" +
         std::string{fields} + "\r\n" + std::string{body};
}

inline std::string chunked(std::string_view body) {
  return with_fields("Transfer-Encoding: chunked\r\n", body);
}

struct valid_request {
  std::string text;
  http::method method;
  std::string_view target;
  bool http_11, keep_alive;
};

inline const std::vector<valid_request>& valid_requests() {
  using http::method;
  static const std::vector<valid_request> requests{
      {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", method::get, "/", true, true},
      {"GET /get?name=x HTTP/1.1\r\nHost:h\r\n\r\n", method::get, "/get?name=x", true, true},
      {"GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", method::get, "http://h/", true, true},
      {"GET / HTTP/1.1\r\nHost:\r\n\r\n", method::get, "/", true, true},
      {"GET / HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n", method::get, "/", true, true},
      {"GET / HTTP/1.1\r\nHost: a_b%20c:\r\n\r\n", method::get, "/", true, true},
      {"GET / HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n", method::get, "/", true, true},
      {"GET / HTTP/1.1\r\nhOST: \t h \t\r\n\r\n", method::get, "/", true, true},
      {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", method::get, "/", true, false},
      {"GET / HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n", method::get, "/", true, false},
      {"GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n\r\n", method::get, "/", true, true},
      {"GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, close\r\n\r\n", method::get, "/", true,
       false},
      {"GET / HTTP/1.1\r\nHost: h\r\nProxy-Connection: close\r\n\r\n", method::get, "/", true,
       true},
      {"GET / HTTP/1.2\r\nHost: h\r\n\r\n", method::get, "/", true, true},
      {"GET /?x=HTTP/1.3 HTTP/1.9\r\nHost: h\r\nX: y\r\n\r\n", method::get, "/?x=HTTP/1.3", true,
       true},
      {"\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", method::get, "/", true, true},
      {"\r\nPOST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}", method::post, "/", true,
       true},
      {"GET / HTTP/1.0\r\n\r\n", method::get, "/", false, false},
      {"GET / HTTP/1.0\r\nHost: h\r\n\r\n", method::get, "/", false, false},
      {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", method::get, "/", false, true},
      {"GET / HTTP/1.0\r\nConnection: close, keep-alive\r\n\r\n", method::get, "/", false, false},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", method::get, "/",
       false, false},
      {"GET / HTTP/1.0\r\nProxy-Connection: keep-alive\r\n\r\n", method::get, "/", false, false},
      {"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", method::head, "/", true, true},
      {"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", method::options, "*", true, true},
      {"PATCH / HTTP/1.1\r\nHost: h\r\n\r\n", method::other, "/", true, true},
      {"DELETE / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}", method::delete_, "/", true,
       true},
      {"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n\r\n\r\n", method::get, "/", true,
       true},
      {"POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello", method::post, "/", false, false},
      {with_fields(""), method::post, carrier, true, true},
      {with_fields("Content-Length: 0\r\n"), method::post, carrier, true, true},
      {with_fields("Content-Length: 005\r\n", "hello"), method::post, carrier, true, true},
      {with_fields("X:\r\nY: \r\nZ: \t\xc3\xa9\ty\r\n"), method::post, carrier, true, true},
      {with_fields("X-Host: a b\r\nX: Transfer-Encoding: gzip\r\n"), method::post, carrier, true,
       true},
      {with_fields("Expect: 100-Continue\r\nContent-Length: 1\r\n", "x"), method::post, carrier,
       true, true},
      {with_fields("transfer-encoding: Chunked\r\n", "0\r\n\r\n"), method::post, carrier, true,
       true},
      {chunked("5\r\nhello\r\n0\r\n\r\n"), method::post, carrier, true, true},
      {chunked("1\r\na\r\n1\r\nb\r\n00\r\n\r\n"), method::post, carrier, true, true},
      {chunked("1\r\n\n\r\n3\r\n\n\n\n\r\n0\r\n\r\n"), method::post, carrier, true, true},
      {chunked("0A\r\n0\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n"), method::post, carrier, true, true},
      {chunked("a;x;y=z ; q=\"r;\\\"\"\r\n0123456789\r\n0;last\r\n\r\n"), method::post, carrier,
       true, true},
      {chunked("5 ;a=1\r\nhello\r\n0\t; b = \"x y\"\r\n\r\n"), method::post, carrier, true, true},
      {chunked("1\r\na\r\n0\r\nX: y\r\nHost: elsewhere\r\nExpect: x\r\n\r\n"), method::post,
       carrier, true, true},
  };
  return requests;
}

/// A header that is refused for its fields, which are whole lines that are valid one by one.
struct refused_header {
  std::string_view rule;
  bool http_11;
  std::string_view fields;
  http::status code;
};

inline const std::vector<refused_header>& refused_headers() {
  using enum http::status;
  constexpr bool http_11 = true, http_10 = false;
  static const std::vector<refused_header> headers{
      {"chunked in HTTP/1.0", http_10, "Host: h\r\nTransfer-Encoding: chunked\r\n", bad_request},
      {"unknown coding in HTTP/1.0", http_10,
       "Connection: keep-alive\r\nTransfer-Encoding: gzip\r\n", bad_request},
      {"unknown coding", http_11, "Host: h\r\nTransfer-Encoding: gzip\r\n", bad_request},
      {"no coding", http_11, "Host: h\r\nTransfer-Encoding:\r\n", bad_request},
      {"identity", http_11, "Host: h\r\nTransfer-Encoding: identity\r\n", bad_request},
      {"longer coding", http_11, "Host: h\r\nTransfer-Encoding: xchunked\r\n", bad_request},
      {"coding with more behind it", http_11, "Host: h\r\nTransfer-Encoding: chunkedx\r\n",
       bad_request},
      {"coding cut short", http_11, "Host: h\r\nTransfer-Encoding: chunke\r\n", bad_request},
      {"quoted coding", http_11, "Host: h\r\nTransfer-Encoding: \"chunked\"\r\n", bad_request},
      {"coding with a parameter", http_11, "Host: h\r\nTransfer-Encoding: chunked;q=1\r\n",
       bad_request},
      {"list that begins empty", http_11, "Host: h\r\nTransfer-Encoding: ,chunked\r\n",
       not_implemented},
      {"list that ends in chunked", http_11, "Host: h\r\nTransfer-Encoding: gzip, chunked\r\n",
       not_implemented},
      {"list that begins with chunked", http_11,
       "Host: h\r\nTransfer-Encoding: chunked, identity\r\n", bad_request},
      {"list of chunked twice", http_11, "Host: h\r\nTransfer-Encoding: chunked, chunked\r\n",
       bad_request},
      {"chunked twice", http_11,
       "Host: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", bad_request},
      {"unknown coding, then chunked", http_11,
       "Host: h\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", not_implemented},
      {"chunked, then unknown coding", http_11,
       "Host: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n", bad_request},
      {"coding before a length", http_11,
       "Host: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n", bad_request},
      {"coding behind a length", http_11,
       "Host: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", bad_request},
      {"coding behind a length of 0", http_11,
       "Host: h\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n", bad_request},
      {"unknown coding before a length", http_11,
       "Host: h\r\nTransfer-Encoding: gzip\r\nContent-Length: 5\r\n", bad_request},
      {"unknown coding behind a length", http_11,
       "Host: h\r\nContent-Length: 5\r\nTransfer-Encoding: gzip\r\n", bad_request},
      {"two lengths", http_11, "Host: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
       bad_request},
      {"the same length twice", http_11, "Host: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n",
       bad_request},
      {"a length of 0 twice", http_11, "Host: h\r\nContent-Length: 0\r\nContent-Length: 0\r\n",
       bad_request},
      {"list of lengths", http_11, "Host: h\r\nContent-Length: 5, 5\r\n", bad_request},
      {"list of one length", http_11, "Host: h\r\nContent-Length: 5,\r\n", bad_request},
      {"no host", http_11, "X-Host: h\r\n", bad_request},
      {"two hosts", http_11, "Host: h\r\nHost: h\r\n", bad_request},
      {"two hosts in HTTP/1.0", http_10, "Host: h\r\nHost: i\r\n", bad_request},
      {"list of hosts", http_11, "Host: h, i\r\n", bad_request},
      {"host with a space", http_11, "Host: a b\r\n", bad_request},
      {"host with a path", http_11, "Host: a/b\r\n", bad_request},
      {"host with a user", http_11, "Host: a@b\r\n", bad_request},
      {"other expectation", http_11, "Host: h\r\nExpect: 200-ok\r\n", expectation_failed},
      {"no expectation", http_11, "Host: h\r\nExpect:\r\n", expectation_failed},
      {"expectation and another", http_11, "Host: h\r\nExpect: 100-continue, x\r\n",
       expectation_failed},
  };
  return headers;
}

struct refused_request {
  std::string_view rule;
  std::string text;
  http::status code;
};

/// The refused headers as requests, and requests with another defect. None breaks two rules.
inline const std::vector<refused_request>& refused_requests() {
  using counter::limits;
  using namespace std::string_literals;
  using enum http::status;
  static const std::vector<refused_request> requests = [] {
    std::vector<refused_request> all{
        {"two lengths in lower case", with_fields("Content-Length: 0\r\ncontent-length: 0\r\n"),
         bad_request},
        {"two lengths of a GET",
         "GET /inc?name=x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
         bad_request},
        {"malformed Host", "GET /inc?name=x HTTP/1.1\r\nHost: h:x\r\n\r\n", bad_request},
        {"malformed Host", "GET /inc?name=x HTTP/1.1\r\nHost: u@h\r\n\r\n", bad_request},
        {"malformed Host", "GET /inc?name=x HTTP/1.1\r\nHost: [::1\r\n\r\n", bad_request},
        {"malformed Host", "GET /inc?name=x HTTP/1.1\r\nHost: a%zz\r\n\r\n", bad_request},
        {"malformed Host", "GET /inc?name=x HTTP/1.1\r\nHost: a^b\r\n\r\n", bad_request},
        {"malformed Host", "GET /inc?name=x HTTP/1.1\r\nHost: a, b\r\n\r\n", bad_request},
        {"two hosts in lower case", with_fields("host: i\r\n"), bad_request},
        {"codings in lower case",
         with_fields("transfer-encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), bad_request},
        {"malformed length", with_fields("Content-Length:\r\n"), bad_request},
        {"malformed length", with_fields("Content-Length: -1\r\n"), bad_request},
        {"malformed length", with_fields("Content-Length: +1\r\n"), bad_request},
        {"malformed length", with_fields("Content-Length: 0x1\r\n"), bad_request},
        {"malformed length", with_fields("Content-Length: 1 1\r\n"), bad_request},
        {"malformed length", with_fields("Content-Length: 1.0\r\n"), bad_request},
        {"malformed length", with_fields("Content-Length: five\r\n"), bad_request},
        {"malformed length", with_fields("Content-Length: 18446744073709551616\r\n"), bad_request},
        {"absolute target without Host", "GET http://h/inc?name=x HTTP/1.1\r\n\r\n", bad_request},

        {"obs-fold", with_fields("X: a\r\n b\r\n"), bad_request},
        {"obs-fold", with_fields("X: a\r\n\tb\r\n"), bad_request},
        {"obs-fold of nothing", with_fields("X: a\r\n \r\n"), bad_request},
        {"obs-fold before the value", with_fields("X:\r\n a\r\n"), bad_request},
        {"obs-fold of an empty value", with_fields("X:\r\n \r\n"), bad_request},
        {"obs-fold twice", with_fields("X: a\r\n b\r\n c\r\n"), bad_request},
        {"obs-fold of Host", "GET /inc?name=x HTTP/1.1\r\nHost:\r\n h\r\n\r\n", bad_request},
        {"obs-fold of a length", with_fields("Content-Length:\r\n 5\r\n", "hello"), bad_request},
        {"obs-fold of a coding", with_fields("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"),
         bad_request},
        {"obs-fold of the request line", "GET /inc?name=x HTTP/1.1\r\n X: y\r\nHost: h\r\n\r\n",
         bad_request},

        {"too many fields", with_fields(repeat("X: y\r\n", limits::header_fields_max)),
         header_fields_too_large},
        {"too long a header", with_fields("X: " + repeat("y", limits::header_bytes_max) + "\r\n"),
         header_fields_too_large},
        {"too long a header of many fields",
         with_fields(repeat("X: " + repeat("y", 300) + "\r\n", 60)), header_fields_too_large},
        {"too long a field name", with_fields(repeat("x", limits::header_bytes_max)),
         header_fields_too_large},
        {"too long a target",
         "GET /" + repeat("x", limits::target_bytes_max) + " HTTP/1.1\r\nHost: h\r\n\r\n",
         uri_too_long},
        {"target too long for a header", "GET /" + repeat("x", limits::header_bytes_max),
         uri_too_long},

        {"too long a body", with_fields("Content-Length: 1048577\r\n"), content_too_large},
        {"too long a body", with_fields("Content-Length: 18446744073709551615\r\n"),
         content_too_large},
        {"too long a chunk", chunked("100001\r\n"), content_too_large},
        {"too long a chunk", chunked("ffffffffffffffff\r\n"), content_too_large},
        {"too long in chunks", chunked("1\r\nx\r\n100000\r\n"), content_too_large},

        {"CONNECT", "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", method_not_allowed},
        {"TRACE", "TRACE /inc?name=x HTTP/1.1\r\nHost: h\r\n\r\n", method_not_allowed},
        {"unknown method", "BREW /inc?name=x HTTP/1.1\r\nHost: h\r\n\r\n", not_implemented},
        {"unknown method", "get /inc?name=x HTTP/1.1\r\nHost: h\r\n\r\n", not_implemented},
        {"unknown method", "GETS /inc?name=x HTTP/1.1\r\nHost: h\r\n\r\n", not_implemented},

        {"bare LF", "GET /inc?name=x HTTP/1.1\nHost: h\n\n", bad_request},
        {"bare LF", "GET /inc?name=x HTTP/1.1\nHost: h\r\n\r\n", bad_request},
        {"bare LF", "GET /inc?name=x HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", bad_request},
        {"bare LF", with_fields("X: y\n"), bad_request},
        {"bare LF", "GET /inc?name=x HTTP/1.1\r\nHost: h\r\n\n", bad_request},
        {"bare LF", with_fields("X: a\nTransfer-Encoding: chunked\r\n"), bad_request},
        {"bare CR", "GET /inc?name=x HTTP/1.1\rHost: h\r\n\r\n", bad_request},
        {"bare CR, and no more", "GET /inc?name=x HTTP/1.1\rX", bad_request},
        {"bare CR in a field, and no more", "GET /inc?name=x HTTP/1.1\r\nX: y\rz", bad_request},
        {"bare CR", with_fields("X: a\rY: b\r\n"), bad_request},
        {"NUL in the target", "GET /inc?name=x\0 HTTP/1.1\r\nHost: h\r\n\r\n"s, bad_request},
        {"NUL in a field", with_fields("X: a\0b\r\n"s), bad_request},
        {"NUL in a name", with_fields("X\0: a\r\n"s), bad_request},
        {"NUL in a coding", with_fields("Transfer-Encoding: chunked\0\r\n"s), bad_request},
        {"control character", with_fields("Transfer-Encoding: \vchunked\r\n"), bad_request},
        {"control character", with_fields("Transfer-Encoding: chunked\f\r\n"), bad_request},
        {"space before a colon", with_fields("X : y\r\n"), bad_request},
        {"tab before a colon", with_fields("X\t: y\r\n"), bad_request},
        {"space before a colon", with_fields("Transfer-Encoding : chunked\r\n"), bad_request},
        {"space before a colon", with_fields("Content-Length : 5\r\n"), bad_request},
        {"space before a colon", "GET /inc?name=x HTTP/1.1\r\nHost : h\r\n\r\n", bad_request},
        {"space in a name", with_fields("X y: z\r\n"), bad_request},
        {"no name", with_fields(": y\r\n"), bad_request},
        {"no colon", with_fields("X\r\n"), bad_request},

        {"request line", "GET  /inc?name=x HTTP/1.1\r\nHost: h\r\n\r\n", bad_request},
        {"request line", "GET /inc?name=x  HTTP/1.1\r\nHost: h\r\n\r\n", bad_request},
        {"request line", "GET /inc?name=x HTTP/1.1 \r\nHost: h\r\n\r\n", bad_request},
        {"request line", "GET /inc?name=x y HTTP/1.1\r\nHost: h\r\n\r\n", bad_request},
        {"request line", "GET\t/inc?name=x\tHTTP/1.1\r\nHost: h\r\n\r\n", bad_request},
        {"request line", " GET /inc?name=x HTTP/1.1\r\nHost: h\r\n\r\n", bad_request},
        {"request line", "GET /inc?name=x\r\n\r\n", bad_request},
        {"request line", "\x16\x03\x01\x02", bad_request},  // TLS
        {"two empty lines", "\r\n\r\nGET /inc?name=x HTTP/1.1\r\nHost: h\r\n\r\n", bad_request},
        {"empty line with a bare LF", "\nGET /inc?name=x HTTP/1.1\r\nHost: h\r\n\r\n", bad_request},
        {"bare CR before a request", "\rGET /inc?name=x HTTP/1.1\r\nHost: h\r\n\r\n", bad_request},
        {"major version", "GET /inc?name=x HTTP/0.9\r\nHost: h\r\n\r\n",
         http_version_not_supported},
        {"major version", "GET /inc?name=x HTTP/2.0\r\nHost: h\r\n\r\n",
         http_version_not_supported},
        {"major version", "GET /inc?name=x HTTP/3.0\r\nHost: h\r\n\r\n",
         http_version_not_supported},
        {"major version", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", http_version_not_supported},
        {"version", "GET /inc?name=x HTTP/1.\nHost: h\r\n\r\n", bad_request},
        {"version", "GET /inc?name=x HTTP/1.\r\nHost: h\r\n\r\n", bad_request},
        {"version", "GET /inc?name=x HTTP/\r\nHost: h\r\n\r\n", bad_request},
        {"version", "GET /inc?name=x HTTP/1.2 \r\nHost: h\r\n\r\n", bad_request},
        {"version", "GET /inc?name=x HTTP/1.2\nHost: h\r\n\r\n", bad_request},
        {"version", "GET /inc?name=x HTTP/2\r\nHost: h\r\n\r\n", bad_request},
        {"version", "GET /inc?name=x HTTP/11.1\r\nHost: h\r\n\r\n", bad_request},
        {"version", "GET /inc?name=x http/1.1\r\nHost: h\r\n\r\n", bad_request},
        {"version", "GET /inc?name=x HTTP/1.10\r\nHost: h\r\n\r\n", bad_request},

        {"chunk size", chunked("\r\na\r\n0\r\n\r\n"), bad_request},
        {"chunk size", chunked("x\r\na\r\n0\r\n\r\n"), bad_request},
        {"chunk size", chunked("-1\r\na\r\n0\r\n\r\n"), bad_request},
        {"chunk size", chunked("+1\r\na\r\n0\r\n\r\n"), bad_request},
        {"chunk size", chunked("0x1\r\na\r\n0\r\n\r\n"), bad_request},
        {"chunk size", chunked(" 1\r\na\r\n0\r\n\r\n"), bad_request},
        {"chunk size", chunked("1 \r\na\r\n"), bad_request},
        {"chunk size", chunked("1 1\r\na\r\n"), bad_request},
        {"chunk size", chunked("10000000000000000\r\n"), bad_request},
        {"chunk longer than it says", chunked("1\r\nab\r\n0\r\n\r\n"), bad_request},
        {"chunk shorter than it says", chunked("3\r\nab\r\n0\r\n\r\n"), bad_request},
        {"chunk without its end", chunked("1\r\na0\r\n\r\n"), bad_request},
        {"bare LF behind a chunk size", chunked("1\na\r\n0\r\n\r\n"), bad_request},
        {"no chunk size, and no more", chunked("z"), bad_request},
        {"no chunk size, and no more", chunked("zz\r\n"), bad_request},
        {"no chunk size, and no more", chunked("\r\n"), bad_request},
        {"no chunk size, and no more", chunked("-1\r\n"), bad_request},
        {"no chunk size, and no more", chunked(";a\r\n"), bad_request},
        {"hexadecimal prefix, and no more", chunked("0x5\r\n"), bad_request},
        {"space behind a chunk size, and no more", chunked("1 \r"), bad_request},
        {"space within a chunk size, and no more", chunked("1 1"), bad_request},
        {"bare CR behind a chunk size, and no more", chunked("5\rX"), bad_request},
        {"bare CR behind the last size, and no more", chunked("0\rX"), bad_request},
        {"no CRLF behind a chunk, and no more", chunked("1\r\nab"), bad_request},
        {"no chunk size behind a chunk, and no more", chunked("1\r\na\r\nz"), bad_request},
        {"no colon in a trailer, and no more", chunked("1\r\na\r\n0\r\nX\r\n"), bad_request},
        {"space before a colon in a trailer, and no more", chunked("0\r\nX "), bad_request},
        {"bare CR in a trailer, and no more", chunked("0\r\nX: y\rz"), bad_request},
        {"bare CR for the end of the trailers, and no more", chunked("0\r\n\rX"), bad_request},
        {"bare LF behind a chunk size, and no more", chunked("1\n"), bad_request},
        {"bare LF behind a chunk size, and no more", chunked("00a\n"), bad_request},
        {"bare LF behind the last size, and no more", chunked("0\n"), bad_request},
        {"bare LF behind an extension, and no more", chunked("1;a=b\n"), bad_request},
        {"bare LF behind a chunk, and no more", chunked("1\r\na\n"), bad_request},
        {"bare LF behind the second size, and no more", chunked("1\r\n\n\r\n2\n"), bad_request},
        {"bare LF for the end of the trailers, and no more", chunked("0\r\n\n"), bad_request},
        {"bare LF behind a trailer, and no more", chunked("0\r\nX: y\n"), bad_request},
        {"bare LF behind a chunk", chunked("1\r\na\n0\r\n\r\n"), bad_request},
        {"bare CR behind a chunk size", chunked("1\ra\r\n0\r\n\r\n"), bad_request},
        {"bare LF in an extension", chunked("1;a\nb\r\nx\r\n0\r\n\r\n"), bad_request},
        {"bare LF in a quoted extension", chunked("1;a=\"\n\"\r\nx\r\n0\r\n\r\n"), bad_request},
        {"bare LF in the last extension", chunked("0;a=\"\n\"\r\n\r\n"), bad_request},
        {"NUL in a quoted extension", chunked("1;a=\"\0\"\r\nx\r\n0\r\n\r\n"s), bad_request},
        {"bare LF in a trailer", chunked("0\r\nX: a\nY: b\r\n\r\n"), bad_request},
        {"no colon in a trailer", chunked("0\r\nX\r\n\r\n"), bad_request},
        {"NUL in a trailer", chunked("0\r\nX: \0\r\n\r\n"s), bad_request},
        {"space before a colon in a trailer", chunked("0\r\nX : a\r\n\r\n"), bad_request},
        {"too long an extension",
         chunked("1;" + repeat("x", limits::chunk_overhead_bytes_max + 32) + "\r\na\r\n0\r\n\r\n"),
         content_too_large},
        {"too many extensions", chunked(repeat("1;" + repeat("x", 1000) + "\r\na\r\n", 9)),
         content_too_large},
        {"a chunk size padded with zeros",
         chunked(repeat("0", limits::chunk_overhead_bytes_max + 32) + "1\r\na\r\n0\r\n\r\n"),
         content_too_large},
        {"many chunk sizes padded with zeros",
         chunked(repeat(repeat("0", 1000) + "1\r\na\r\n", 9) + "0\r\n\r\n"), content_too_large},
        {"too long a trailer",
         chunked("0\r\nX: " + repeat("x", limits::chunk_overhead_bytes_max + 32) + "\r\n\r\n"),
         content_too_large},
        {"too many trailers",
         chunked("0\r\n" + repeat("X: " + repeat("x", 300) + "\r\n", 30) + "\r\n"),
         content_too_large},
    };
    for (const auto& [rule, http_11, fields, code] : refused_headers())
      // The body is complete both in chunks and as five bytes.
      all.push_back(
          {rule, with_fields(fields, "0\r\n\r\n", http_11 ? "HTTP/1.1" : "HTTP/1.0"), code});
    return all;
  }();
  return requests;
}

}  // namespace cases
