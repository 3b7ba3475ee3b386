#include "http/api/v1/backup_exchange.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>

using counter::backup;
using counter::backup_request;
using counter::outcome;
using http::v1::backup_exchange;
using unit::answered;
using unit::requests_of;

namespace {

/// Returns the response of a backup_exchange to this outcome.
http::response response_to(backup backup_made) {
  backup_exchange exchange{"nightly"};
  auto requests = requests_of(exchange);
  REQUIRE(requests.size() == 1);
  CHECK_FALSE(exchange.is_done());
  exchange.take(answered(std::move(requests[0]), std::move(backup_made)));
  REQUIRE(exchange.is_done());
  CHECK_FALSE(exchange.next_request());
  return exchange.response();
}

}  // namespace

TEST_CASE("backup_exchange sends one request, with its name") {
  backup_exchange exchange{"nightly"};
  CHECK_FALSE(exchange.is_done());
  CHECK(exchange.is_long());
  CHECK(exchange.is_ordered());
  const auto requests = requests_of(exchange);
  REQUIRE(requests.size() == 1);
  const auto& request = std::get<backup_request>(requests[0]);
  CHECK(request.name == "nightly");
  CHECK_FALSE(exchange.next_request());
}

TEST_CASE("backup_exchange responds 201 with the path of a backup that was made") {
  const auto response = response_to({outcome::ok, "/var/lib/a \"b\"/backups/nightly"});
  CHECK(response.status == http::status::created);
  CHECK(response.type == http::json_type);
  CHECK(response.body.view() == "{\"path\":\"/var/lib/a \\\"b\\\"/backups/nightly\"}\n");
  CHECK(response.fields.view() == "");
  CHECK(response.caching == http::caching::no_store);
}

TEST_CASE("backup_exchange responds with problem details when the backup fails") {
  struct {
    counter::outcome outcome;
    int status;
    std::string_view code;
  } const cases[] = {
      {outcome::backup_exists, 409, "backup-exists"}, {outcome::disk_full, 507, "disk-full"},
      {outcome::unreadable, 500, "internal"},         {outcome::overloaded, 503, "overloaded"},
      {outcome::draining, 503, "draining"},
  };
  for (const auto& [outcome, status, code] : cases) {
    CAPTURE(code);
    const auto response = response_to({outcome, "/nowhere"});
    CHECK(static_cast<int>(response.status) == status);
    CHECK(unit::code_in(response) == code);
    CHECK(response.body.view().find("/nowhere") == response.body.view().npos);
    // A backup may fail for many reasons: that the counters are damaged is the rarest one.
    CHECK(response.body.view().find("damaged") == response.body.view().npos);
  }
}
