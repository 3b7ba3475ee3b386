#include "tests/proxies/site.hpp"

#include <sstream>

#include <strings.h>

namespace support {

site::site(const std::string& proxy_name, const std::vector<edit>& edits)
    : link(server.port()),
      front(proxy_name, link.port(), edits) {}

std::string text_of(const answer& answer) {
  return std::to_string(answer.status) + " " + answer.body;
}

std::string value_at(const site& site, const std::string& name) {
  return get(site.server.port(), "/get?name=" + name).body;
}

std::string compressed_tag(site& site, const std::string& path) {
  client peer{site.front.port()};
  peer.send(request("GET", path, "Accept-Encoding: gzip\r\nConnection: close\r\n"));
  std::istringstream response{peer.read_to_end()};  // may be chunked
  const std::string_view name = "etag: ";
  for (std::string line; std::getline(response, line) && line != "\r";)
    if (strncasecmp(line.c_str(), name.data(), name.size()) == 0)
      return line.substr(name.size(), line.size() - name.size() - 1);
  return {};
}

}  // namespace support
