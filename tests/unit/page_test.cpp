// The page that browsers are shown: its files, and who gets it.

#include "http/api/ui/asset.hpp"
#include "tests/unit/browser_loop.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

using namespace unit;

namespace {

const std::string local = host("localhost");
const std::string html = local + "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n";
const std::string gzip = "Accept-Encoding: gzip, deflate, br\r\n";

std::string_view line_of(std::string_view fields, std::string_view name) {
  const auto begin = fields.find(name);
  REQUIRE(begin != fields.npos);
  const auto rest = fields.substr(begin + name.size());
  return rest.substr(0, rest.find('\r'));
}

}  // namespace

TEST_CASE("the page is small, so that it is there at once, and can be read by people") {
  std::size_t bytes = 0, compressed = 0;
  for (const auto& each : http::ui::assets()) {
    CAPTURE(each.name);
    CHECK(each.compressed.starts_with("\x1f\x8b"));
    bytes += each.bytes.size();
    compressed += each.compressed.size();
    // Nobody should have to trust what he cannot read.
    std::size_t longest = 0;
    for (auto rest = each.bytes; !rest.empty();) {
      const auto end = std::min(rest.find('\n'), rest.size() - 1);
      longest = std::max(longest, end);
      rest.remove_prefix(end + 1);
    }
    CHECK(longest < 500);
  }
  MESSAGE(bytes << " bytes, compressed " << compressed);
  CHECK(bytes <= 288 * 1024);
  CHECK(compressed <= 75 * 1024);
}

TEST_CASE("the page names all its scripts, so that none waits for another to be loaded") {
  const auto page = http::ui::find_asset("index.html")->bytes;
  for (const auto& each : http::ui::assets()) {
    CAPTURE(each.name);
    if (each.name != "index.html")
      CHECK(page.find("\"/ui/" + std::string{each.name} + "\"") != page.npos);
  }
}

TEST_CASE("GET / shows a page to who wants HTML, and a text to others") {
  browser_loop server;
  CHECK(server.get("/", html) == 200);
  CHECK(server.body().starts_with("<!doctype html>"));
  CHECK(server.has("Vary: Accept, Accept-Encoding"));
  for (const std::string& accept :
       {std::string{}, std::string{"Accept: */*\r\n"}, std::string{"Accept: text/plain\r\n"},
        std::string{"Accept: text/html;q=0, */*\r\n"}}) {
    CAPTURE(accept);
    CHECK(server.get("/", local + accept) == 200);
    CHECK(server.body().starts_with("counterd counts."));
    CHECK(server.has("Vary: Accept"));
  }
  CHECK(server.get("/ui/", html) == 200);
  CHECK(server.body().starts_with("<!doctype html>"));
  browser_loop without{{.hides_page = true}};
  CHECK(without.get("/", html) == 200);
  CHECK(without.body().starts_with("counterd counts."));
  CHECK(without.get("/ui/app.js", html) == 404);
}

TEST_CASE("each file has its type, and a tag for each of its codings") {
  browser_loop server;
  for (const auto& each : http::ui::assets()) {
    CAPTURE(each.name);
    const auto target = "/ui/" + std::string{each.name};
    CHECK(server.get(target, local) == 200);
    CHECK(server.body() == each.bytes);
    CHECK_FALSE(server.has("Content-Encoding: gzip"));
    const std::string plain{line_of(server.fields(), "ETag: ")};
    CHECK(server.get(target, local + gzip) == 200);
    CHECK(server.body() == each.compressed);
    CHECK(server.has("Content-Encoding: gzip"));
    CHECK(server.has("Vary: Accept-Encoding"));
    const std::string coded{line_of(server.fields(), "ETag: ")};
    CHECK(plain != coded);
    CHECK(server.get(target, local + "If-None-Match: " + plain + "\r\n") == 304);
    CHECK(server.get(target, local + gzip + "If-None-Match: \"x\", W/" + coded + "\r\n") == 304);
    CHECK(server.get(target, local + gzip + "If-None-Match: " + plain + "\r\n") == 200);
    CHECK(server.get(target, local + "Accept-Encoding: gzip;q=0\r\n") == 200);
    CHECK(server.body() == each.bytes);
  }
  for (const std::string_view other :
       {"/ui/nothing.js", "/ui/..%2Fapp.js", "/ui/vendor/uplot.js", "/ui"}) {
    CAPTURE(other);
    CHECK(server.get(other, html) == 404);
  }
}

TEST_CASE("the page runs what this server has, and nothing else") {
  browser_loop server;
  const std::string browser = html + "User-Agent: Mozilla/5.0\r\nSec-Fetch-Site: cross-site\r\n";
  CHECK(server.get("/", browser) == 200);  // whoever follows a link to it gets it
  const auto fields = server.fields();
  const auto policy = line_of(fields, "Content-Security-Policy: ");
  CHECK(policy.starts_with("default-src 'none'; script-src 'self';"));
  CHECK(policy.find("unsafe") == policy.npos);
  CHECK(policy.find("frame-ancestors 'none'") != policy.npos);
  // A second policy would forbid what this one allows.
  CHECK(fields.find("Content-Security-Policy", fields.find(policy)) == fields.npos);
  CHECK(server.get("/v1/info", browser) == 200);
  CHECK(server.has("Content-Security-Policy: default-src 'none'; frame-ancestors 'none'"));
}
