#pragma once

#include "tests/cases/bad_parameters.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Requests under /v1 that are refused before they reach the store.
namespace cases {

struct bad_request {
  int status;
  std::string_view code;
  std::string text;
};

/// Returns a request with these fields, which are whole lines.
inline std::string request(std::string_view method, std::string_view target,
                           std::string_view fields = "", std::string_view body = "") {
  std::string text{method};
  text.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(fields);
  if (!body.empty())
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  return text.append("\r\n").append(body);
}

inline constexpr std::string_view json = "Content-Type: application/json\r\n";
inline constexpr std::string_view form = "Content-Type: application/x-www-form-urlencoded\r\n";

inline const std::vector<bad_request>& bad_requests() {
  static const std::vector<bad_request> requests = [] {
    std::vector<bad_request> all;
    const std::string x = "/v1/counters/x";
    const std::string batch = R"({"ops":[{"op":"get","name":"x"}]})";
    const std::string writes[][2] = {{"POST", x}, {"PUT", x + "?value=1"}, {"DELETE", x}};

    // -- targets --------------------------------------------------------------

    std::string encoded;
    for (int i = 0; i < 257; ++i)
      encoded += "%78";
    for (const std::string& target : {
             std::string{"/v1/counters/"},
             std::string{"/v1/counters/?value=1"},
             std::string{"/%761/counters/"},
             std::string{"http://h/v1/counters/"},
             "/v1/counters/" + std::string(257, 'n'),
             "/v1/counters/" + std::string(256, 'n') + "%C3%A9",
             "/v1/counters/" + encoded,
             std::string{"/v1/counters/%00"},
             std::string{"/v1/counters/a%0Ab"},
             std::string{"/v1/counters/%1f"},
             std::string{"/v1/counters/%7F"},
             // encodings
             std::string{"/v1/counters/%"},
             std::string{"/v1/counters/a%4"},
             std::string{"/v1/counters/%zz"},
             std::string{"/v1/counters/%80"},
             std::string{"/v1/counters/%FF"},
             std::string{"/v1/counters/%c3"},
             std::string{"/v1/counters/%c0%af"},
             std::string{"/v1/counters/%C0%80"},
             std::string{"/v1/counters/%ed%a0%80"},
             std::string{"/v1/counters/%F4%90%80%80"},
             std::string{"/v1/counters/\xc3\xa9"},
             std::string{"/v1/counters/\xff"},
             std::string{"/v1/counters/a#b"},
             std::string{"/%761/counters/%"},
             std::string{"http://h/v1/counters/%"},
             // also with a malformed query
             std::string{"/v1/counters/%?delta=%"},
         })
      for (const auto* method : {"GET", "POST", "PUT", "DELETE"})
        all.push_back({400, "invalid-name", request(method, target)});
    // malformed outside the name
    for (const auto* target : {
             "/v1/counters?limit=%",
             "/v1/counters/x?delta=%",
             "/v1/counters/x?%zz",
             "/v1/counters/x?delta=%FF",
             "/v1/counters/x?delta=1&x=%c3",
             "/v1/counters/x?delta=\xc3\xa9",
             "/v1/counters/x?delta=1#x",
             "/v1/batch?%",
             "/v1/admin/backup?name=%",
             "/v1/info?%ff",
             "/openapi.json?%",
             "/v1/nope?%",
             "/v1/%",
             "/v1/%zz/x",
             "/v1/counters%80",
             "/v1/counters\xff",
             "/v1/counters/x/%",
             "/v1/counters/%/x",
             "http://\xff/v1/counters/x",
         })
      all.push_back({400, "bad-request", request("GET", target)});
    for (const auto* target : {
             "/v1",
             "/v1/",
             "/v1//",
             "/v1?x=y",
             "/v1/Counters",
             "/v1/counter/x",
             "/v1/counters//",
             "/v1/counters//x",
             "/v1/counters/x/",
             "/v1/counters/a/b",
             "/v1//counters/x",
             "/v1/counters%2Fx",
             "/v1/batch/",
             "/v1/batch/x",
             "/v1/info/",
             "/v1/info/x",
             "/v1/admin",
             "/v1/admin/",
             "/v1/admin/backup/",
             "/v1/admin/backup/x",
             "/v1/admin%2Fbackup",
             "/v1/backup",
             "/v1/openapi.json",
             "/v1/nope",
             "/%76%31",
         })
      for (const auto* method : {"GET", "POST", "DELETE", "OPTIONS", "PATCH"})
        all.push_back({404, "no-such-route", request(method, target)});

    // -- parameters -----------------------------------------------------------

    constexpr const char* methods[] = {"GET", "PUT", "POST", "DELETE"};
    for (const auto& [operation, pairs, code] : bad_pairs()) {
      const auto* method = methods[static_cast<int>(operation)];
      all.push_back({400, code, request(method, x + "?" + pairs)});
      if (operation != counter::operation::get && !pairs.empty())
        all.push_back({400, code, request(method, x, form, pairs)});
    }
    for (const auto& [operation, members, code] : bad_members())
      if (operation != counter::operation::get)
        all.push_back(
            {400, code,
             request(methods[static_cast<int>(operation)], x, json, "{" + members + "}")});
    for (const auto& [query, code] : bad_lists())
      all.push_back({400, code, request("GET", "/v1/counters?" + query)});
    for (const auto* target : {"/v1/info?x", "/v1/info?a=1", "/openapi.json?x=1"})
      all.push_back({400, "invalid-parameter", request("GET", target)});
    all.push_back({400, "invalid-parameter", request("POST", "/v1/batch?x=1", json, batch)});
    all.push_back({400, "invalid-parameter", request("POST", "/v1/batch?ops=1")});
    all.push_back({400, "invalid-parameter", request("PUT", x)});
    // in both query and body
    all.push_back({400, "duplicate-parameter", request("POST", x + "?delta=1", form, "delta=1")});
    all.push_back(
        {400, "duplicate-parameter", request("POST", x + "?delta=1", json, R"({"delta":1})")});
    all.push_back(
        {400, "duplicate-parameter", request("PUT", x + "?value=1", json, R"({"value":1})")});
    all.push_back({400, "invalid-parameter", request("POST", x + "?min=2", form, "max=1")});

    // -- bodies ---------------------------------------------------------------

    all.push_back({400, "bad-request", request("POST", x, form, "delta=%")});
    all.push_back({400, "bad-request", request("POST", x, form, "delta=%FF")});
    for (const auto& text : {std::string{"{"}, std::string{"[]"}, std::string{" "},
                             "{\"a\":" + std::string(100'000, '[')})
      all.push_back({400, "malformed-json", request("POST", x, json, text)});
    all.push_back(
        {400, "duplicate-parameter", request("PUT", x, json, R"({"value":1,"value":1})")});
    all.push_back({400, "duplicate-parameter",
                   request("POST", x, json, R"({"delta":1,"max":9,"d\u0065lta":1})")});
    for (const std::string& fields :
         {std::string{}, std::string{"Content-Type:\r\n"},
          std::string{"Content-Type: text/plain\r\n"},
          std::string{"Content-Type: multipart/form-data; boundary=x\r\n"},
          std::string{"Content-Type: application/problem+json\r\n"},
          std::string{json} + std::string{json}})
      for (const auto& [method, target] : writes)
        for (const auto* body : {"{}", " "})
          all.push_back({415, "unsupported-media-type", request(method, target, fields, body)});
    for (const auto type : {std::string_view{}, form})
      all.push_back({415, "unsupported-media-type", request("POST", "/v1/batch", type, batch)});

    // -- conditions and keys --------------------------------------------------

    for (const auto* field : {"If-Match: ", "If-None-Match: "})
      for (const auto* tags : {"", "1019", "\"1", "*, \"1\""}) {
        const auto line = std::string{field} + tags + "\r\n";
        all.push_back({400, "invalid-value", request("GET", x, line)});
        for (const auto& [method, target] : writes)
          all.push_back({400, "invalid-value", request(method, target, line)});
      }
    const auto key = [](const std::string& text) { return "Idempotency-Key: " + text + "\r\n"; };
    for (const auto& fields :
         {key(""), key("a b"), key("\"a"), key(std::string(256, 'k')), key("k") + key("k")})
      for (const auto& [method, target] : writes)
        all.push_back({400, "invalid-idempotency-key", request(method, target, fields)});
    all.push_back({400, "invalid-idempotency-key",
                   request("POST", "/v1/batch", key("a b") + std::string{json}, batch)});

    const auto ttl = [](const std::string& text) {
      return "Idempotency-Key-TTL: " + text + "\r\n";
    };
    const struct {
      std::string fields;
      std::string_view code;
    } ttls[] = {
        {key("k") + ttl(""), "invalid-value"},
        {key("k") + ttl("0"), "invalid-value"},
        {key("k") + ttl("-1"), "invalid-value"},
        {key("k") + ttl("+1"), "invalid-value"},
        {key("k") + ttl("1.5"), "invalid-value"},
        {key("k") + ttl("86401"), "invalid-value"},
        {key("k") + ttl("18446744073709551617"), "invalid-value"},
        {key("k") + ttl("5") + ttl("5"), "duplicate-parameter"},
        {ttl("5"), "invalid-parameter"},
    };
    for (const auto& [fields, code] : ttls) {
      for (const auto& [method, target] : writes)
        all.push_back({400, code, request(method, target, fields)});
      all.push_back({400, code, request("POST", "/v1/batch", fields + std::string{json}, batch)});
    }
    return all;
  }();
  return requests;
}

}  // namespace cases
