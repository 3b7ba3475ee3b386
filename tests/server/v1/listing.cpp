#include "tests/server/v1/listing.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace support {

namespace {

constexpr std::size_t batch_max = 1000;
constexpr std::size_t batches_in_flight = 8;

std::string batch_that_creates(const std::string& prefix, std::size_t begin, std::size_t end) {
  std::string operations;
  for (auto i = begin; i < end; ++i) {
    operations += i > begin ? R"(,{"op":"set","name":")" : R"({"op":"set","name":")";
    operations += numbered(prefix, i) + R"(","value":)" + std::to_string(i) + "}";
  }
  return batch_of(operations);
}

}  // namespace

std::string next_link(const answer& page) {
  const auto link = page.field("Link");
  if (link.empty())
    return {};
  const auto end = link.find(">; rel=\"next\"");
  if (!link.starts_with("</v1/counters?") || end == link.npos)
    throw std::runtime_error{"unexpected Link: " + link};
  return link.substr(1, end - 1);
}

std::vector<json::object> list_all(client& connection, std::string target,
                                   const std::function<void()>& between) {
  std::vector<json::object> all;
  while (!target.empty()) {
    connection.send(get_request(target));
    between();
    const auto page = connection.read_answer();
    if (page.status != 200)
      throw std::runtime_error{"no page: " + page.body};
    const auto body = object_of(page);
    for (const auto& counter : body.at("counters").as_array())
      all.push_back(counter.as_object());
    target = next_link(page);
    const auto& cursor = body.at("next_cursor");
    if (cursor.is_null() != target.empty() ||
        (!target.empty() && !target.ends_with("cursor=" + text_at(body, "next_cursor"))))
      throw std::runtime_error{"Link and cursor do not agree: " + target};
  }
  return all;
}

std::vector<std::string> names_of(const std::vector<json::object>& counters) {
  std::vector<std::string> names;
  for (const auto& counter : counters)
    names.push_back(text_at(counter, "name"));
  return names;
}

void create_many(client& connection, const std::string& prefix, std::size_t count) {
  const auto batches = (count + batch_max - 1) / batch_max;
  for (std::size_t sent = 0, read = 0; read < batches; ++read) {
    for (; sent < batches && sent - read < batches_in_flight; ++sent)
      connection.send(
          batch_that_creates(prefix, sent * batch_max, std::min(count, (sent + 1) * batch_max)));
    const auto response = connection.read_answer();
    if (response.status != 200 || response.body.find(R"("code")") != response.body.npos)
      throw std::runtime_error{"not created: " + response.body.substr(0, 300)};
  }
}

std::string numbered(const std::string& prefix, std::size_t number) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%06zu", number);
  return prefix + digits;
}

std::string refusal_of_many(client& connection, const std::string& prefix, int batches) {
  const std::string padding(200, '-');
  for (int i = 0; i < batches; ++i) {
    std::string operations;
    for (int j = 0; j < 500; ++j)
      operations += std::string{j == 0 ? "" : ","} + R"({"op":"set","value":1,"name":")" + prefix +
                    padding + std::to_string(i * 500 + j) + "\"}";
    const auto reply = connection.ask(batch_of(operations));
    if (reply.status != 200 || reply.body.find("\"code\"") != reply.body.npos)
      return reply.body;
  }
  return "";
}

}  // namespace support
