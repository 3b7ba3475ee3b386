#include "tests/proxies/scenarios.hpp"

#include "tests/server/v1/support.hpp"

#include <cstddef>
#include <exception>
#include <memory>
#include <vector>

namespace support {

std::string defect_of_reuse(site& site) {
  std::vector<std::unique_ptr<client>> peers;
  for (int i = 0; i < 4; ++i)
    peers.push_back(std::make_unique<client>(site.front.port()));
  for (int i = 0; i < 500; ++i) {
    const auto answer = peers[static_cast<std::size_t>(i) % 4]->ask(get_request("/inc?name=x"));
    if (answer.status != 200)
      return text_of(answer);
  }
  if (value_at(site, "x") != "x: 500\n")
    return value_at(site, "x");
  if (site.link.connections() > 20)
    return std::to_string(site.link.connections()) + " connections";
  return {};
}

std::string defect_of_lost_responses(site& site) {
  const auto batch = batch_of(R"({"op":"add","name":"x"})");
  const auto key = key_field("k");
  const struct {
    std::string request;
    bool has_key;
  } cases[] = {
      {get_request("/inc?name=x"), false},
      {request("POST", "/inc?name=x"), false},
      {get_request("/set?name=x&val=1"), false},
      {request("POST", counter_path("x")), false},
      {with_form("POST", counter_path("x"), "delta=1"), false},
      {with_form("PUT", counter_path("x"), "value=1"), false},
      {request("PUT", counter_path("x", "value=1")), false},
      {batch, false},
      {request("DELETE", counter_path("x")), false},
      {request("GET", "/inc?name=x", key), true},
      {request("POST", counter_path("x"), key_field("l")), true},
      {get_request("/%69nc?name=x"), false},
  };
  for (const auto& [request, has_key] : cases) {
    get(site.server.port(), "/set?name=x&val=0");
    client peer{site.front.port()};
    peer.ask(get_request("/get?name=x"));  // now there is a connection to the server to reuse
    const auto before = site.link.requests().size();
    site.link.lose_response();
    std::string outcome;
    try {
      outcome = text_of(peer.ask(request));
    } catch (const timed_out&) {
      throw;
    } catch (const std::exception& error) {
      outcome = error.what();
    }
    const auto passed = site.link.requests().size() - before;
    const auto line = request.substr(0, request.find("\r\n"));
    if (passed == 0 && outcome.starts_with("403 ") && line.starts_with("GET /%69nc"))
      continue;  // refused by the rules of Varnish
    if (passed == 0 || (passed > 1 && !has_key))
      return line + " was passed " + std::to_string(passed) + " times: " + outcome;
    if (const auto value = value_at(site, "x");
        value != (line.starts_with("DELETE") ? "x not found\n" : "x: 1\n"))
      return line + " left " + value;
  }
  return {};
}

std::string defect_of_expect(site& site) {
  client peer{site.front.port()};
  const std::string body = "delta=7";
  auto text =
      with_form("POST", counter_path("x"), body, "Expect: 100-continue\r\nConnection: close\r\n");
  peer.send(text.substr(0, text.size() - body.size()));
  const std::string interim = "HTTP/1.1 100 Continue\r\n";
  if (const auto received = peer.read_bytes(interim.size()); received != interim)
    return "Expect gets " + received;
  peer.send(body);
  // Caddy sends its own 100 and passes that of the server, with fields.
  if (const auto rest = peer.read_to_end(); rest.find("HTTP/1.1 201 Created\r\n") == rest.npos)
    return rest;
  return value_at(site, "x") == "x: 7\n" ? "" : value_at(site, "x");
}

std::string defect_of_pipelining(site& site) {
  client peer{site.front.port()};
  std::string requests;
  for (int i = 0; i < 50; ++i)
    requests += get_request("/inc?name=x") + get_request("/get?name=x");
  peer.send(requests);
  for (int i = 1; i <= 50; ++i) {
    if (const auto answer = peer.read_answer(); answer.body != "ok\n")
      return text_of(answer);
    if (const auto answer = peer.read_answer(); answer.body != "x: " + std::to_string(i) + "\n")
      return "response " + std::to_string(i) + " is " + text_of(answer);
  }
  return {};
}

}  // namespace support
