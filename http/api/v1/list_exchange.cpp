#include "http/api/v1/list_exchange.hpp"

#include "http/api/v1/counter_reply.hpp"
#include "http/api/v1/cursor.hpp"
#include "http/api/v1/json_writer.hpp"
#include "http/api/v1/problem.hpp"
#include "http/protocol/percent.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace http::v1 {

namespace {

/// A counter in JSON takes less beside its name, unless that needs escapes.
constexpr std::size_t counter_bytes = 128;

}  // namespace

http::response list_exchange::response() {
  const auto& query = request<counter::page_request>();
  const auto& page = reply<counter::page>();
  if (page.outcome != counter::outcome::ok)
    return refusal_of({page.outcome});
  std::optional<std::string> cursor;
  http::response response{.type = json_type};
  if (!page.is_last) {
    cursor = to_cursor(page.reached);
    std::string link = "Link: </v1/counters?";
    if (!query.prefix.empty())
      link += "prefix=" + encode(query.prefix) + "&";
    link += "limit=" + std::to_string(query.limit) + "&cursor=" + *cursor + ">; rel=\"next\"\r\n";
    response.fields = std::move(link);
  }
  const auto bytes = page.counters.size() * counter_bytes + page.counters.name_bytes();
  response.body = json_object(
      [&](json_writer& writer) {
        writer.key("counters");
        writer.begin_array();
        for (const auto& counter : page.counters)
          describe(writer, counter.name, counter.state);
        writer.end_array();
        writer.member("next_cursor", cursor);
      },
      bytes);
  return response;
}

}  // namespace http::v1
