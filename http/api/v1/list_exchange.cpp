#include "http/api/v1/list_exchange.hpp"

#include "http/api/v1/counter_reply.hpp"
#include "http/api/v1/cursor.hpp"
#include "http/api/v1/json_text.hpp"
#include "http/api/v1/problem.hpp"
#include "http/protocol/percent.hpp"

#include <boost/json/array.hpp>

#include <string>
#include <utility>

namespace http::v1 {

list_exchange::list_exchange(list_parameters list) : list_(std::move(list)) {}

std::optional<counter::request> list_exchange::next_request() {
  if (std::exchange(is_sent_, true))
    return std::nullopt;
  return counter::page_request{list_.prefix, list_.after, list_.limit};
}

void list_exchange::take(counter::call completed) {
  page_ = std::get<counter::page>(std::move(completed.response));
}

http::response list_exchange::response() {
  if (page_->outcome != counter::outcome::ok)
    return refusal_of({page_->outcome});
  boost::json::array counters;
  counters.reserve(page_->counters.size());
  for (const auto& counter : page_->counters)
    counters.push_back(describe(counter.name, counter.state));
  http::response response{.type = json_type};
  boost::json::object body{{"counters", std::move(counters)}, {"next_cursor", nullptr}};
  if (!page_->is_last) {
    const auto cursor = to_cursor(page_->reached);
    body["next_cursor"] = cursor;
    std::string link = "Link: </v1/counters?";
    if (!list_.prefix.empty())
      link += "prefix=" + encode(list_.prefix) + "&";
    link += "limit=" + std::to_string(list_.limit) + "&cursor=" + cursor + ">; rel=\"next\"\r\n";
    response.fields = std::move(link);
  }
  response.body = to_text(body);
  return response;
}

}  // namespace http::v1
