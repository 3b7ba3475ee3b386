#include "tests/proxies/scenarios.hpp"

#include "tests/server/v1/support.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>
#include <thread>
#include <utility>

namespace support {

namespace {

std::string repeated(std::size_t count, char byte) {
  return std::string(count, byte);
}

}  // namespace

std::string defect_of_methods(site& site) {
  client peer{site.front.port()};
  for (int i = 1; i <= 3; ++i) {
    const auto line = "x: " + std::to_string(i) + "\n";
    if (const auto answer = peer.ask(get_request("/inc?name=x")); answer.status != 200)
      return text_of(answer);
    if (const auto head = peer.ask(request("HEAD", "/inc?name=x")); head.status != 405)
      return "HEAD of /inc gets " + std::to_string(head.status);
    if (const auto answer = peer.ask(get_request("/get?name=x")); answer.body != line)
      return "/get shows " + answer.body + "instead of " + line;
    if (const auto head = peer.ask(request("HEAD", "/get?name=x"));
        head.status != 200 || head.field("Content-Length") != std::to_string(line.size()))
      return "HEAD of /get gets " + std::to_string(head.status);
    if (const auto last = site.link.requests().back(); last != "HEAD /get?name=x")
      return "HEAD was passed as " + last;
    if (value_at(site, "x") != line)
      return "the server has " + value_at(site, "x");
  }
  return {};
}

std::string defect_of_tags(site& site) {
  client peer{site.front.port()};
  const auto path = counter_path(repeated(200, 'n'));
  const auto created = peer.ask(with_form("PUT", path, "value=1"));
  const auto tag = '"' + std::to_string(integer_at(object_of(created), "version")) + '"';
  if (created.field("ETag") != tag)
    return "a PUT returns the tag " + created.field("ETag");
  if (const auto read = compressed_tag(site, path); read != tag)
    return "a GET returns the tag " + read;
  for (const auto& known : {tag, "W/" + tag})
    if (const auto read = peer.ask(
            request("GET", path, "Accept-Encoding: gzip\r\nIf-None-Match: " + known + "\r\n"));
        read.status != 304)
      return "If-None-Match: " + known + " gets " + text_of(read);
  if (const auto weak = peer.ask(with_form("PUT", path, "value=2", "If-Match: W/" + tag + "\r\n"));
      weak.status != 412)
    return "a weak If-Match gets " + text_of(weak);
  if (const auto put = peer.ask(with_form("PUT", path, "value=2", "If-Match: " + tag + "\r\n"));
      put.status != 200)
    return "If-Match gets " + text_of(put);
  return {};
}

std::string defect_of_large_bodies(site& site) {
  constexpr std::size_t body_bytes_max = 1024 * 1024;
  std::string body = R"({"ops":[)";
  for (int i = 1000; i < 2000; ++i)
    body += std::string{i > 1000 ? "," : ""} + R"({"op":"add","name":")" + repeated(250, 'n') +
            std::to_string(i) + R"("})";
  body += "]}";
  body += repeated(body_bytes_max - body.size(), ' ');
  client peer{site.front.port()};
  if (const auto batch = peer.ask(with_json("POST", "/v1/batch", body));
      batch.status != 200 || results_of(batch).size() != 1000)
    return "the batch gets " + text_of(batch);
  const auto target = "/v1/counters?limit=1000";
  const auto list = peer.ask(get_request(target));
  const auto expected = get(site.server.port(), target);
  if (list.body != expected.body || object_of(list).at("counters").as_array().size() != 1000)
    return "the list has " + std::to_string(list.body.size()) + " bytes";
  return {};
}

std::string defect_of_limits(site& site) {
  const auto too_long = with_json("POST", "/v1/batch", repeated(1024 * 1024 + 1, ' '));
  if (const auto answer = client{site.front.port()}.ask(too_long); answer.status != 413)
    return "a body over the limit gets " + text_of(answer);
  get(site.server.port(), "/set?name=x&val=1");
  const std::string start = "/get?name=x&more=";
  const auto longest = start + repeated(8192 - start.size(), 'm');
  if (const auto answer = client{site.front.port()}.ask(get_request(longest)); answer.status != 200)
    return "the longest target gets " + text_of(answer);
  if (const auto answer = client{site.front.port()}.ask(get_request(longest + 'm'));
      answer.status != 414)
    return "a target over the limit gets " + text_of(answer);
  std::string fields;
  for (const std::string number : {"1", "2", "3", "4"})
    fields += "X-Long-" + number + ": " + repeated(3000, 'f') + "\r\n";
  if (const auto answer = client{site.front.port()}.ask(request("GET", "/get?name=x", fields));
      answer.status != 200)
    return "a header of 12 KiB gets " + text_of(answer);
  if (const auto answer =
          client{site.front.port()}.ask(request("GET", "/inc?name=x", fields + fields));
      answer.status != 400 && answer.status != 431)
    return "a header over the limit gets " + text_of(answer);
  if (const auto value = value_at(site, "x"); value != "x: 1\n")
    return "a refused request left " + value;
  return {};
}

std::string defect_of_streams(site& site) {
  const auto streams = [&] {
    const auto report = get(site.server.port(), "/metrics").body;
    const std::string name = "\ncounterd_streams ";
    return std::stoi(report.substr(report.find(name) + name.size()));
  };
  {
    client follower{site.front.port()};
    follower.send(request("GET", "/v1/events?names=x,y%2Fz",
                          "Accept: text/event-stream\r\nAccept-Encoding: gzip\r\n"));
    if (const auto header = follower.read_through("\r\n\r\n");
        !header.starts_with("HTTP/1.1 200 ") ||
        header.find(": text/event-stream\r\n") == header.npos)
      return header;
    // A proxy may send the body in chunks, so what stands between the events is not compared.
    for (const std::string name : {"x", "y/z"})
      follower.read_through("event: gone\n");
    follower.read_through("\n\n");
    for (int i = 1; i <= 20; ++i) {
      get(site.server.port(), "/inc?name=y%2Fz");
      // Before anything comes that could push it, such as a ping.
      if (!follower.is_readable(5'000))
        return "event " + std::to_string(i) + " is held back";
      follower.read_through("\"value\":" + std::to_string(i) + ",");
      follower.read_through("\n\n");
    }
    if (streams() != 1)
      return std::to_string(streams()) + " streams";
  }
  // A proxy that has not noticed finds out when it passes a ping on.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{40};
  while (streams() > 0 && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  return streams() > 0 ? "the stream goes on without its client" : "";
}

}  // namespace support
