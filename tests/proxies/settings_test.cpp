#include "tests/proxies/scenarios.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

using namespace support;

namespace {

/// What fails without a setting.
struct need {
  std::string proxy;
  edit change;
  scenario fails;
};

const need needs[] = {
    {"nginx", {"keepalive 16;", ""}, &defect_of_reuse},
    {"nginx", {"proxy_http_version 1.1;", ""}, &defect_of_reuse},
    {"nginx", {"proxy_set_header Connection \"\";", ""}, &defect_of_reuse},
    {"nginx", {"proxy_set_header Host $http_host;", ""}, &defect_of_targets},
    {"nginx", {"client_max_body_size 1m;", ""}, &defect_of_large_bodies},
    {"nginx", {"large_client_header_buffers 4 16k;", ""}, &defect_of_limits},
    {"nginx", {"gzip_min_length 1024;", ""}, &defect_of_tags},
    {"nginx", {"proxy_pass http://counterd;", "proxy_pass http://counterd/;"}, &defect_of_targets},
    {"nginx", {"proxy_next_upstream off;", ""}, &defect_of_lost_responses},
    {"nginx", {"proxy_cache off;", ""}, &defect_of_methods},
    {"nginx", {"proxy_set_header X-Forwarded-For", "# "}, &defect_of_admin},
    {"nginx", {"proxy_set_header X-Forwarded-For", "# "}, &defect_of_hits},
    // What the server asks for by X-Accel-Buffering.
    {"nginx",
     {"proxy_cache off;", "proxy_cache off; proxy_ignore_headers X-Accel-Buffering;"},
     &defect_of_streams},
    {"haproxy", {"conn-failure", "all-retryable-errors"}, &defect_of_lost_responses},
    {"haproxy", {"mode http", "mode http\n  option http-server-close"}, &defect_of_reuse},
    {"haproxy", {"option forwardfor", "# "}, &defect_of_admin},
    {"caddy", {"method @changes POST", ""}, &defect_of_lost_responses},
    {"varnish", {"return (pass)", "return (hash)"}, &defect_of_methods},
    {"varnish", {"set bereq.http.Connection", "# "}, &defect_of_lost_responses},
};

bool is_to_be_tested(const std::string& proxy) {
  const auto proxies = proxies_to_test();
  return std::find(proxies.begin(), proxies.end(), proxy) != proxies.end();
}

}  // namespace

TEST_CASE("without a setting of a proxy, what it is for fails") {
  for (const auto& [proxy, change, fails] : needs) {
    if (!is_to_be_tested(proxy))
      continue;
    CAPTURE(proxy);
    CAPTURE(change.from);
    CHECK(defect_behind(proxy, fails, {change}) != "");
  }
}

TEST_CASE("a tag that nginx made weak gets its 304") {
  if (!is_to_be_tested("nginx"))
    return;
  site site{"nginx", {{"gzip_min_length 1024;", "gzip_min_length 1;"}}};
  client peer{site.front.port()};
  const std::string path = "/v1/counters/x";
  const auto tag = peer.ask(request("PUT", path + "?value=1")).field("ETag");
  const auto weak = compressed_tag(site, path);
  CHECK(weak == "W/" + tag);
  const std::string fields = "Accept-Encoding: gzip\r\nIf-None-Match: " + weak + "\r\n";
  CHECK(peer.ask(request("GET", path, fields)).status == 304);
  peer.ask(request("PUT", path + "?value=2"));
  CHECK(compressed_tag(site, path) != weak);
}
