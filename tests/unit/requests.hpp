#pragma once

#include "counter/limits.hpp"
#include "http/protocol/request.hpp"
#include "http/protocol/status.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace unit {

using counter::limits;
using http::method;
using http::status;
using namespace std::string_literals;

inline std::string repeat(std::string_view text, std::size_t times) {
  std::string result;
  while (times-- > 0)
    result += text;
  return result;
}

/// A request with fields before the end of its header, and what follows it.
inline std::string with_fields(std::string_view fields, std::string_view body = "") {
  return "POST / HTTP/1.1\r\nHost: h\r\n" + std::string{fields} + "\r\n" + std::string{body};
}

inline std::string chunked(std::string_view body) {
  return with_fields("Transfer-Encoding: chunked\r\n", body);
}

struct golden_request {
  std::string text;
  http::method method;
  std::string target;
  bool http_11, keep_alive;
};

inline const golden_request golden[] = {
    {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", method::get, "/", true, true},
    {"GET /get?name=x HTTP/1.1\r\nHost:h\r\n\r\n", method::get, "/get?name=x", true, true},
    {"GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", method::get, "http://h/", true, true},
    {"GET / HTTP/1.1\r\nHost:\r\n\r\n", method::get, "/", true, true},
    {"GET / HTTP/1.1\r\nhOST: \t h \t\r\n\r\n", method::get, "/", true, true},
    {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", method::get, "/", true, false},
    {"GET / HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n", method::get, "/", true, false},
    {"GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n\r\n", method::get, "/", true, true},
    {"GET / HTTP/1.0\r\n\r\n", method::get, "/", false, false},
    {"GET / HTTP/1.0\r\nHost: h\r\n\r\n", method::get, "/", false, false},
    {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", method::get, "/", false, true},
    {"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", method::head, "/", true, true},
    {"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", method::options, "*", true, true},
    {"PATCH / HTTP/1.1\r\nHost: h\r\n\r\n", method::other, "/", true, true},
    {"DELETE / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}", method::delete_, "/", true,
     true},
    {"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n\r\n\r\n", method::get, "/", true,
     true},
    {"POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello", method::post, "/", false, false},
    {with_fields(""), method::post, "/", true, true},
    {with_fields("Content-Length: 0\r\n"), method::post, "/", true, true},
    {with_fields("Content-Length: 005\r\n", "hello"), method::post, "/", true, true},
    {with_fields("X:\r\nY: \r\nZ: \t\xc3\xa9\ty\r\n"), method::post, "/", true, true},
    {with_fields("X-Host: a b\r\nX: Transfer-Encoding: gzip\r\n"), method::post, "/", true, true},
    {with_fields("Expect: 100-Continue\r\nContent-Length: 1\r\n", "x"), method::post, "/", true,
     true},
    {with_fields("transfer-encoding: Chunked\r\n", "0\r\n\r\n"), method::post, "/", true, true},
    {chunked("5\r\nhello\r\n0\r\n\r\n"), method::post, "/", true, true},
    {chunked("1\r\na\r\n1\r\nb\r\n00\r\n\r\n"), method::post, "/", true, true},
    {chunked("0A\r\n0\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n"), method::post, "/", true, true},
    {chunked("a;x;y=z ; q=\"r;\\\"\"\r\n0123456789\r\n0;last\r\n\r\n"), method::post, "/", true,
     true},
    {chunked("1\r\na\r\n0\r\nX: y\r\nHost: elsewhere\r\nExpect: x\r\n\r\n"), method::post, "/",
     true, true},
};

struct refused_request {
  std::string_view rule;
  std::string text;
  http::status code;
};

/// Line by line what section 8 of the HTTP contract says, and nothing in a
/// request that would break two of its rules.
inline const refused_request refused[] = {
    {"Transfer-Encoding on HTTP/1.0",
     "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", status::bad_request},
    {"Transfer-Encoding on HTTP/1.0",
     "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: gzip\r\n\r\n",
     status::bad_request},

    {"not exactly chunked", with_fields("Transfer-Encoding: gzip\r\n"), status::not_implemented},
    {"not exactly chunked", with_fields("Transfer-Encoding:\r\n"), status::not_implemented},
    {"not exactly chunked", with_fields("Transfer-Encoding: identity\r\n"),
     status::not_implemented},
    {"not exactly chunked", with_fields("Transfer-Encoding: xchunked\r\n"),
     status::not_implemented},
    {"not exactly chunked", with_fields("Transfer-Encoding: chunked;a=b\r\n"),
     status::not_implemented},
    {"not exactly chunked", with_fields("Transfer-Encoding: \"chunked\"\r\n"),
     status::not_implemented},
    {"not exactly chunked", with_fields("Transfer-Encoding: ,chunked\r\n"),
     status::not_implemented},
    {"not exactly chunked", with_fields("Transfer-Encoding: gzip, chunked\r\n"),
     status::not_implemented},
    {"not exactly chunked", with_fields("Transfer-Encoding: chunked, identity\r\n"),
     status::not_implemented},
    {"not exactly chunked", with_fields("Transfer-Encoding: chunked, chunked\r\n"),
     status::not_implemented},
    {"not exactly one", with_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
     status::not_implemented},
    {"not exactly one", with_fields("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
     status::not_implemented},
    {"not exactly one", with_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n"),
     status::not_implemented},

    {"Transfer-Encoding with Content-Length",
     with_fields("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), status::bad_request},
    {"Transfer-Encoding with Content-Length",
     with_fields("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), status::bad_request},
    {"Transfer-Encoding with Content-Length",
     with_fields("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"), status::bad_request},

    {"two Content-Length", with_fields("Content-Length: 5\r\nContent-Length: 5\r\n"),
     status::bad_request},
    {"two Content-Length", with_fields("Content-Length: 5\r\nContent-Length: 6\r\n"),
     status::bad_request},
    {"two Content-Length", with_fields("Content-Length: 0\r\ncontent-length: 0\r\n"),
     status::bad_request},
    {"list of Content-Length", with_fields("Content-Length: 5, 5\r\n"), status::bad_request},
    {"list of Content-Length", with_fields("Content-Length: 5,\r\n"), status::bad_request},
    {"no Content-Length", with_fields("Content-Length:\r\n"), status::bad_request},
    {"no Content-Length", with_fields("Content-Length: -1\r\n"), status::bad_request},
    {"no Content-Length", with_fields("Content-Length: +1\r\n"), status::bad_request},
    {"no Content-Length", with_fields("Content-Length: 0x1\r\n"), status::bad_request},
    {"no Content-Length", with_fields("Content-Length: 1 1\r\n"), status::bad_request},
    {"no Content-Length", with_fields("Content-Length: 1.0\r\n"), status::bad_request},
    {"no Content-Length", with_fields("Content-Length: 18446744073709551616\r\n"),
     status::bad_request},

    {"HTTP/1.1 without Host", "GET / HTTP/1.1\r\n\r\n", status::bad_request},
    {"HTTP/1.1 without Host", "GET http://h/ HTTP/1.1\r\nX-Host: h\r\n\r\n", status::bad_request},
    {"two Hosts", "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", status::bad_request},
    {"two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: h\r\nHost: i\r\n\r\n", status::bad_request},
    {"two Hosts in one", "GET / HTTP/1.1\r\nHost: h, i\r\n\r\n", status::bad_request},

    {"obs-fold", with_fields("X: a\r\n b\r\n"), status::bad_request},
    {"obs-fold", with_fields("X: a\r\n\tb\r\n"), status::bad_request},
    {"obs-fold of nothing", with_fields("X: a\r\n \r\n"), status::bad_request},
    {"obs-fold before the value", with_fields("X:\r\n a\r\n"), status::bad_request},
    {"obs-fold of an empty value", with_fields("X:\r\n \r\n"), status::bad_request},
    {"obs-fold twice", with_fields("X: a\r\n b\r\n c\r\n"), status::bad_request},
    {"obs-fold of Host", "GET / HTTP/1.1\r\nHost:\r\n h\r\n\r\n", status::bad_request},
    {"obs-fold of a length", with_fields("Content-Length:\r\n 5\r\n", "hello"),
     status::bad_request},
    {"obs-fold of a coding", with_fields("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"),
     status::bad_request},
    {"obs-fold of the request line", "GET / HTTP/1.1\r\n X: y\r\nHost: h\r\n\r\n",
     status::bad_request},

    {"too many fields", with_fields(repeat("X: y\r\n", limits::header_fields_max)),
     status::header_fields_too_large},
    {"too long a header", with_fields("X: " + repeat("y", limits::header_bytes_max) + "\r\n"),
     status::header_fields_too_large},
    {"too long a header of many fields", with_fields(repeat("X: " + repeat("y", 300) + "\r\n", 40)),
     status::header_fields_too_large},
    {"too long a field name", with_fields(repeat("x", limits::header_bytes_max)),
     status::header_fields_too_large},
    {"too long a target",
     "GET /" + repeat("x", limits::target_bytes_max) + " HTTP/1.1\r\nHost: h\r\n\r\n",
     status::uri_too_long},
    {"target too long for a header", "GET /" + repeat("x", limits::header_bytes_max),
     status::uri_too_long},

    {"too long a body", with_fields("Content-Length: 1048577\r\n"), status::content_too_large},
    {"too long a body", with_fields("Content-Length: 18446744073709551615\r\n"),
     status::content_too_large},
    {"too long a chunk", chunked("100001\r\n"), status::content_too_large},
    {"too long a chunk", chunked("ffffffffffffffff\r\n"), status::content_too_large},
    {"too long in chunks", chunked("1\r\nx\r\n100000\r\n"), status::content_too_large},

    {"CONNECT", "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", status::method_not_allowed},
    {"TRACE", "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", status::method_not_allowed},
    {"unknown method", "BREW / HTTP/1.1\r\nHost: h\r\n\r\n", status::not_implemented},
    {"unknown method", "get / HTTP/1.1\r\nHost: h\r\n\r\n", status::not_implemented},
    {"unknown method", "GETS / HTTP/1.1\r\nHost: h\r\n\r\n", status::not_implemented},

    {"other expectation", with_fields("Expect: 200-ok\r\n"), status::expectation_failed},
    {"other expectation", with_fields("Expect: 100-continue, x\r\n"), status::expectation_failed},
    {"no expectation", with_fields("Expect:\r\n"), status::expectation_failed},

    {"bare LF", "GET / HTTP/1.1\nHost: h\n\n", status::bad_request},
    {"bare LF", "GET / HTTP/1.1\nHost: h\r\n\r\n", status::bad_request},
    {"bare LF", "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", status::bad_request},
    {"bare LF", with_fields("X: y\n"), status::bad_request},
    {"bare LF", with_fields("X: a\nTransfer-Encoding: chunked\r\n"), status::bad_request},
    {"bare CR", "GET / HTTP/1.1\rHost: h\r\n\r\n", status::bad_request},
    {"bare CR", with_fields("X: a\rY: b\r\n"), status::bad_request},
    {"NUL in the target", "GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n"s, status::bad_request},
    {"NUL in a field", with_fields("X: a\0b\r\n"s), status::bad_request},
    {"NUL in a name", with_fields("X\0: a\r\n"s), status::bad_request},
    {"NUL in a coding", with_fields("Transfer-Encoding: chunked\0\r\n"s), status::bad_request},
    {"control character", with_fields("Transfer-Encoding: \vchunked\r\n"), status::bad_request},
    {"space before a colon", with_fields("X : y\r\n"), status::bad_request},
    {"tab before a colon", with_fields("X\t: y\r\n"), status::bad_request},
    {"space before a colon", with_fields("Transfer-Encoding : chunked\r\n"), status::bad_request},
    {"space before a colon", with_fields("Content-Length : 5\r\n"), status::bad_request},
    {"no name", with_fields(": y\r\n"), status::bad_request},
    {"no colon", with_fields("X\r\n"), status::bad_request},

    {"request line", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", status::bad_request},
    {"request line", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", status::bad_request},
    {"request line", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", status::bad_request},
    {"request line", "GET\t/\tHTTP/1.1\r\nHost: h\r\n\r\n", status::bad_request},
    {"request line", " GET / HTTP/1.1\r\nHost: h\r\n\r\n", status::bad_request},
    {"request line", "GET /\r\n\r\n", status::bad_request},
    {"request line", "\x16\x03\x01\x02", status::bad_request},  // TLS
    {"version", "GET / HTTP/0.9\r\nHost: h\r\n\r\n", status::bad_request},
    {"version", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", status::bad_request},
    {"version", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", status::bad_request},
    {"version", "GET / http/1.1\r\nHost: h\r\n\r\n", status::bad_request},
    {"version", "GET / HTTP/1.10\r\nHost: h\r\n\r\n", status::bad_request},

    {"chunk size", chunked("\r\na\r\n0\r\n\r\n"), status::bad_request},
    {"chunk size", chunked("x\r\na\r\n0\r\n\r\n"), status::bad_request},
    {"chunk size", chunked("-1\r\na\r\n0\r\n\r\n"), status::bad_request},
    {"chunk size", chunked("+1\r\na\r\n0\r\n\r\n"), status::bad_request},
    {"chunk size", chunked("0x1\r\na\r\n0\r\n\r\n"), status::bad_request},
    {"chunk size", chunked(" 1\r\na\r\n0\r\n\r\n"), status::bad_request},
    {"chunk size", chunked("1 \r\na\r\n"), status::bad_request},
    {"chunk size", chunked("10000000000000000\r\n"), status::bad_request},
    {"chunk longer than it says", chunked("1\r\nab\r\n0\r\n\r\n"), status::bad_request},
    {"chunk shorter than it says", chunked("3\r\nab\r\n0\r\n\r\n"), status::bad_request},
    {"chunk without its end", chunked("1\r\na0\r\n\r\n"), status::bad_request},
    {"bare LF behind a chunk size", chunked("1\na\r\n0\r\n\r\n"), status::bad_request},
    {"bare LF behind a chunk", chunked("1\r\na\n0\r\n\r\n"), status::bad_request},
    {"bare CR behind a chunk size", chunked("1\ra\r\n0\r\n\r\n"), status::bad_request},
    {"bare LF in an extension", chunked("1;a\nb\r\nx\r\n0\r\n\r\n"), status::bad_request},
    {"bare LF in a quoted extension", chunked("1;a=\"\n\"\r\nx\r\n0\r\n\r\n"), status::bad_request},
    {"bare LF in the last extension", chunked("0;a=\"\n\"\r\n\r\n"), status::bad_request},
    {"NUL in a quoted extension", chunked("1;a=\"\0\"\r\nx\r\n0\r\n\r\n"s), status::bad_request},
    {"bare LF in a trailer", chunked("0\r\nX: a\nY: b\r\n\r\n"), status::bad_request},
    {"NUL in a trailer", chunked("0\r\nX: \0\r\n\r\n"s), status::bad_request},
    {"space before a colon in a trailer", chunked("0\r\nX : a\r\n\r\n"), status::bad_request},
    {"too long an extension",
     chunked("1;" + repeat("x", limits::chunk_overhead_bytes_max + 32) + "\r\na\r\n0\r\n\r\n"),
     status::content_too_large},
    {"too many extensions", chunked(repeat("1;" + repeat("x", 1000) + "\r\na\r\n", 9)),
     status::content_too_large},
    {"a chunk size padded with zeros",
     chunked(repeat("0", limits::chunk_overhead_bytes_max + 32) + "1\r\na\r\n0\r\n\r\n"),
     status::content_too_large},
    {"many chunk sizes padded with zeros",
     chunked(repeat(repeat("0", 1000) + "1\r\na\r\n", 9) + "0\r\n\r\n"), status::content_too_large},
    {"too long a trailer",
     chunked("0\r\nX: " + repeat("x", limits::chunk_overhead_bytes_max + 32) + "\r\n\r\n"),
     status::content_too_large},
    {"too many trailers", chunked("0\r\n" + repeat("X: " + repeat("x", 300) + "\r\n", 30) + "\r\n"),
     status::content_too_large},
};

}  // namespace unit
