#include "http/api/text/text_reply.hpp"
#include "counter/limits.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

using counter::operation;
using counter::outcome;
using http::status;
using http::text_reply;

TEST_CASE("text_reply has one line and a status for every outcome of every operation") {
  struct {
    counter::operation operation;
    counter::reply reply;
    http::status code;
    std::string_view body;
  } const cases[] = {
      {operation::get, {outcome::ok, 0}, status::ok, "x: 0\n"},
      {operation::get, {outcome::ok, 5}, status::ok, "x: 5\n"},
      {operation::get, {outcome::ok, -5}, status::ok, "x: -5\n"},
      {operation::get, {outcome::ok, INT64_MAX}, status::ok, "x: 9223372036854775807\n"},
      {operation::get, {outcome::ok, INT64_MIN}, status::ok, "x: -9223372036854775808\n"},
      {operation::set, {outcome::ok, INT64_MIN}, status::ok, "ok\n"},
      {operation::add, {outcome::ok, 7}, status::ok, "ok\n"},
      {operation::get, {outcome::not_found}, status::not_found, "x not found\n"},
      {operation::add, {outcome::overflow}, status::conflict, "x would overflow\n"},
      {operation::add,
       {outcome::too_many_counters},
       status::insufficient_storage,
       "there are too many counters\n"},
      {operation::set,
       {outcome::too_many_counters},
       status::insufficient_storage,
       "there are too many counters\n"},
      {operation::add,
       {outcome::overloaded},
       status::service_unavailable,
       "overloaded, try again\n"},
      {operation::get,
       {outcome::draining},
       status::service_unavailable,
       "the server is stopping\n"},
      {operation::add, {outcome::disk_full}, status::insufficient_storage, "the disk is full\n"},
      {operation::set,
       {outcome::outcome_unknown},
       status::internal_server_error,
       "the disk or the database failed: it may or may not be done\n"},
      {operation::get,
       {outcome::outcome_unknown},
       status::internal_server_error,
       "the disk or the database failed: it may or may not be done\n"},
      {operation::get,
       {outcome::unreadable},
       status::internal_server_error,
       "the disk cannot be read\n"},
  };
  for (const auto& [operation, reply, code, body] : cases) {
    CAPTURE(body);
    const text_reply text{{operation, "x", 1}, reply};
    CHECK(text.response().status == code);
    CHECK(text.response().body.view() == body);
    CHECK(text.response().allow == "");
  }
}

TEST_CASE("text_reply has room for the longest name and number in every line") {
  const std::string name(counter::limits::name_bytes_max, 'x');
  const text_reply value{{operation::get, name, 0}, {outcome::ok, INT64_MIN}};
  CHECK(value.response().body.view() == name + ": -9223372036854775808\n");
  const text_reply missing{{operation::get, name, 0}, {outcome::not_found}};
  CHECK(missing.response().body.view() == name + " not found\n");
  const text_reply overflow{{operation::add, name, 1}, {outcome::overflow}};
  CHECK(overflow.response().body.view() == name + " would overflow\n");
}

TEST_CASE("text_reply prints a name byte by byte") {
  const text_reply text{{operation::get, "a b/\xc3\xa9", 0}, {outcome::ok, 1}};
  CHECK(text.response().body.view() == "a b/\xc3\xa9: 1\n");
}
