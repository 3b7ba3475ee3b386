// Whatever a batch is, it is either operations that can be carried out, and are
// all answered in their places, or a problem.

#include "counter/limits.hpp"
#include "counter/name.hpp"
#include "http/api/v1/batch_exchange.hpp"
#include "http/api/v1/batch_reader.hpp"
#include "tests/fuzz/v1_checks.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace {

using commands = std::vector<counter::full_command>;

void check_commands(const commands& all) {
  REQUIRE(!all.empty() && all.size() <= counter::limits::batch_max);
  for (std::size_t i = 0; i < all.size(); ++i) {
    REQUIRE(all[i].position == i);
    REQUIRE(all[i].idempotency_key == "key");
    REQUIRE(counter::is_valid_name(all[i].name));
    fuzz::check_parameters(all[i].parameters);
    // A version, or none; not both.
    const auto& [match, none_match] = all[i].condition;
    REQUIRE(!match || !none_match);
    REQUIRE(!match || (!match->is_any && match->listed.size() == 1));
    REQUIRE(!none_match || (none_match->is_any && none_match->listed.empty()));
  }
}

/// A batch of writes binds its key before anything is sent. Returns false if that is refused, on
/// which `seed` decides.
bool check_binding(http::v1::batch_exchange& batch, const commands& all, unsigned seed) {
  bool is_keyed = false;
  for (const auto& command : all)
    is_keyed |= command.is_keyed();
  if (!is_keyed)
    return true;
  counter::call binding{batch.next_request().value()};
  REQUIRE(std::get<counter::full_command>(binding.request).parameters.operation ==
          counter::operation::bind);
  REQUIRE(!batch.next_request());
  const bool is_refused = seed % 4 == 0;
  binding.response =
      counter::full_reply{is_refused ? counter::outcome::key_mismatch : counter::outcome::ok};
  batch.take(std::move(binding));
  if (!is_refused)
    return true;
  REQUIRE(batch.is_done());
  REQUIRE(!batch.next_request());
  REQUIRE(batch.response().status == http::status::unprocessable_content);
  return false;
}

/// A batch without one operation that the store had room for is refused as a whole.
bool is_overloaded(const commands& all) {
  return std::all_of(all.begin(), all.end(), [](const counter::full_command& command) {
    return fuzz::plausible(command).outcome == counter::outcome::overloaded;
  });
}

void check_exchange(const commands& all, unsigned seed) {
  http::v1::batch_exchange batch{all};
  if (!check_binding(batch, all, seed))
    return;
  auto request = batch.next_request();
  REQUIRE(request && !batch.next_request() && !batch.is_done());
  REQUIRE(std::get<counter::command_list>(*request).size() == all.size());
  batch.take(fuzz::completed(std::move(*request)));
  REQUIRE(batch.is_done());
  const auto response = batch.response();
  if (is_overloaded(all)) {
    REQUIRE(response.status == http::status::service_unavailable);
    return;
  }
  REQUIRE(response.status == http::status::ok);
  const auto body = boost::json::parse(std::string{response.body.view()});
  const auto& results = body.at("results").as_array();
  REQUIRE(results.size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& result = results[i].as_object();
    REQUIRE(result.contains("status"));
    if (const auto* name = result.if_contains("name"))
      REQUIRE(name->as_string() == all[i].name);
    else
      REQUIRE(result.contains("code") || result.at("status") == 204);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  http::request request;
  request.method = http::method::post;
  request.body.assign(reinterpret_cast<const char*>(data), size);
  request.fields.add(http::header_fields::name::content_type, "application/json");
  const auto read = http::v1::read_batch(request, "key");
  if (!read) {
    fuzz::check_problem(read.error());
    REQUIRE(read.error().index.value_or(0) <= size);
    return 0;
  }
  check_commands(*read);
  check_exchange(*read, static_cast<unsigned>(size));
  return 0;
}
