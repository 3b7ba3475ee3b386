#pragma once

#include "tests/cases/bad_requests.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Requests outside /v1 that are answered without the store.
namespace cases {

/// A target of a text endpoint with invalid parameters, and a word in the line about it.
struct bad_text_target {
  std::string target;
  std::string_view mentions;
};

inline const std::vector<bad_text_target>& bad_text_targets() {
  static const std::vector<bad_text_target> targets{
      {"/get", "name"},
      {"/inc?", "name"},
      {"/set?val=1", "name"},
      {"/get?name", "name"},
      {"/get?nome=x", "name"},
      {"/inc?name=", "name"},
      {"/inc?name=a&name=b", "name"},
      {"/set?name=a&val=1&name=a", "name"},
      {"/inc?name=%00", "name"},
      {"/inc?name=a%0Ab", "name"},
      {"/inc?name=%7F", "name"},
      {"/inc?name=" + std::string(257, 'n'), "name"},
      {"/set?name=x", "val"},
      {"/set?name=x&val", "val"},
      {"/set?name=x&val=", "val"},
      {"/set?name=x&val=+5", "val"},
      {"/set?name=x&val=5+", "val"},
      {"/set?name=x&val=1e3", "val"},
      {"/set?name=x&val=0x1", "val"},
      {"/set?name=x&val=9223372036854775808", "val"},
      {"/set?name=x&val=-9223372036854775809", "val"},
      {"/set?name=x&val=1&val=1", "val"},
      {"/inc?name=%c3", "target"},
      {"/inc?name=%FF", "target"},
      {"/inc?name=%", "target"},
      {"/inc?name=%zz", "target"},
      {"inc?name=x", "target"},
      {"*", "OPTIONS"},
  };
  return targets;
}

struct text_request {
  std::string text;
  int status;
  std::string_view allow;
};

/// Unknown paths, unsupported methods, and OPTIONS.
inline const std::vector<text_request>& text_requests() {
  static const std::vector<text_request> requests = [] {
    std::vector<text_request> all{
        {request("GET", "/"), 200, ""},
        {request("HEAD", "/"), 200, ""},
        {request("GET", "/?x=y"), 200, ""},
        {request("POST", "/"), 405, "GET, HEAD, OPTIONS"},
        // HEAD changes nothing
        {request("HEAD", "/inc?name=x"), 405, "GET, POST, OPTIONS"},
        {request("HEAD", "/set?name=x&val=1"), 405, "GET, POST, OPTIONS"},
        {request("PATCH", "/inc"), 405, "GET, POST, OPTIONS"},
        {request("OPTIONS", "/set?name="), 204, "GET, POST, OPTIONS"},
        {request("OPTIONS", "*"), 204, "GET, HEAD, POST, PUT, DELETE, OPTIONS"},
    };
    for (const auto* target :
         {"/nope", "/get/", "/get/x", "/GET?name=x", "/get%2F?name=x", "//?name=x", "/incx"})
      for (const auto* method : {"GET", "POST", "PUT", "PATCH", "OPTIONS"})
        all.push_back({request(method, target), 404, ""});
    const struct {
      const char *target, *allow;
    } known[] = {
        {"/", "GET, HEAD, OPTIONS"},
        {"/get?name=x", "GET, HEAD, POST, OPTIONS"},
        {"/set?name=x&val=1", "GET, POST, OPTIONS"},
        {"/inc?name=x", "GET, POST, OPTIONS"},
    };
    for (const auto& [target, allow] : known) {
      all.push_back({request("OPTIONS", target), 204, allow});
      for (const auto* method : {"PUT", "DELETE", "PATCH"})
        all.push_back({request(method, target), 405, allow});
    }
    return all;
  }();
  return requests;
}

}  // namespace cases
