#include "tests/proxies/scenarios.hpp"

#include "tests/server/v1/support.hpp"

#include <utility>

namespace support {

std::string defect_of_targets(site& site) {
  client peer{site.front.port()};
  for (const std::string name :
       {"a",     "a%2Fb",           "a%2fb",     "%2F",  "%2F%2F", "a%2F%2F..%2Fb", "a%20b", "a+b",
        "a%2Bb", "gr%C3%B6%C3%9Fe", "%E2%82%AC", "%25",  "%252F",  "%3F",           "%23",   "~",
        "%7E",   "a:b@c",           "a;b",       "a%5Cb"}) {
    for (const auto& [method, target] :
         {std::pair<std::string, std::string>{"POST", "/v1/counters/" + name},
          {"GET", "/v1/counters/" + name},
          {"POST", "/inc?name=" + name},
          {"GET", "/get?name=" + name}}) {
      const auto answer = peer.ask(request(method, target));
      const auto requests = site.link.requests();
      if (requests.empty() || requests.back() != method + " " + target)
        return method + " " + target + " was passed as " +
               (requests.empty() ? "nothing" : requests.back()) + ": " + text_of(answer);
      if (answer.status != 200 && answer.status != 201)
        return target + ": " + text_of(answer);
      if (const auto location = answer.field("Location");
          answer.status == 201 && peer.ask(get_request(location)).status != 200)
        return "there is nothing at Location: " + location;
    }
  }
  return {};
}

std::string defect_of_dots(site& site) {
  client peer{site.front.port()};
  for (const std::string name : {".", "..", "../..", "/", "//", "a/../b"}) {
    for (const auto& target : {"/inc?name=" + name, "/inc?name=" + encoded(name)})
      if (const auto answer = peer.ask(get_request(target)); answer.body != "ok\n")
        return target + ": " + text_of(answer);
    const auto batch = peer.ask(batch_of(R"({"op":"add","name":")" + name + R"("})"));
    if (integer_at(results_of(batch).at(0), "value") != 3)
      return "a batch with " + name + ": " + text_of(batch);
    const auto line = name + ": 3\n";
    if (const auto answer = peer.ask(get_request("/get?name=" + name)); answer.body != line)
      return line + "is " + text_of(answer);
  }
  return {};
}

std::string defect_of_hits(site& site) {
  client{site.server.port()}.ask(get_request("/set?name=hits/x&val=0"));
  const auto proxy = "127.0.0.1:" + std::to_string(site.front.port());
  for (const auto& [address, value] :
       {std::pair{"127.0.0.2", 1}, {"127.0.0.3", 2}, {"127.0.0.2", 2}}) {
    // The client names others, too.
    const auto answer = client{proxy, 0, std::string{address} + ":0"}.ask(
        request("GET", "/hit/hits%2Fx.json", "X-Forwarded-For: 192.0.2.1\r\n"));
    if (answer.body.find("\"message\":\"" + std::to_string(value) + "\"") == std::string::npos)
      return std::string{address} + " gets " + text_of(answer);
  }
  return {};
}

std::string defect_of_admin(site& site) {
  for (const std::string target :
       {"/v1/admin/backup?name=b", "/v1/admin/backup", "/v1/%61dmin/backup?name=b",
        "/v1/admin/%62ackup?name=b", "/%76%31/%61%64%6D%69%6e/backup?name=b",
        "http://localhost/v1/admin/backup?name=b", "http://localhost/v1/%61dmin/backup?name=b",
        "/v1/counters/../admin/backup?name=b", "/v1/./admin/backup?name=b",
        "//v1/admin/backup?name=b", "/v1//admin/backup?name=b", "/v1%2Fadmin/backup?name=b",
        "/v1/ADMIN/backup?name=b", "/v1/admin/backup/?name=b", "/v1/admin/backup;?name=b"}) {
    const auto answer = client{site.front.port()}.ask(request("POST", target));
    // A server without a data directory answers 409 to a backup.
    if (answer.status != 403 && answer.status != 404 && answer.status != 400)
      return target + " gets " + text_of(answer);
    if (answer.body.find("backup") != std::string::npos)
      return target + " reaches the server: " + text_of(answer);
  }
  return {};
}

}  // namespace support
