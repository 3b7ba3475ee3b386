#include "http/api/v1/list_exchange.hpp"

#include "http/api/v1/counter_reply.hpp"
#include "http/api/v1/cursor.hpp"
#include "http/api/v1/json_text.hpp"
#include "http/api/v1/problem.hpp"
#include "http/protocol/percent.hpp"

#include <boost/json/array.hpp>

#include <string>

namespace http::v1 {

http::response list_exchange::response() {
  const auto& query = request<counter::page_request>();
  const auto& page = reply<counter::page>();
  if (page.outcome != counter::outcome::ok)
    return refusal_of({page.outcome});
  boost::json::array counters;
  counters.reserve(page.counters.size());
  for (const auto& counter : page.counters)
    counters.push_back(describe(counter.name, counter.state));
  http::response response{.type = json_type};
  boost::json::object body{{"counters", std::move(counters)}, {"next_cursor", nullptr}};
  if (!page.is_last) {
    const auto cursor = to_cursor(page.reached);
    body["next_cursor"] = cursor;
    std::string link = "Link: </v1/counters?";
    if (!query.prefix.empty())
      link += "prefix=" + encode(query.prefix) + "&";
    link += "limit=" + std::to_string(query.limit) + "&cursor=" + cursor + ">; rel=\"next\"\r\n";
    response.fields = std::move(link);
  }
  response.body = to_text(body);
  return response;
}

}  // namespace http::v1
