#pragma once

#include "counter/command.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Parameters that are refused, with the code of the problem.
namespace cases {

using counter::operation;

/// Parameters of an operation, as pairs of a query or as members of a JSON object.
struct bad_parameters {
  counter::operation operation;
  std::string text;
  std::string_view code;
};

/// Pairs as in a query, all of them well encoded. None is good in a form either.
inline const std::vector<bad_parameters>& bad_pairs() {
  static const std::vector<bad_parameters> pairs = [] {
    std::vector<bad_parameters> all;
    const std::string_view no_integers[] = {
        "",
        "x",
        "1.0",
        "1e3",
        "0x1",
        "1_000",
        "%201",
        "1%20",
        "+",
        "+5",
        "-",
        "--1",
        "%2B",
        "%2B-1",
        "%00",
        "1%00",
        "%EF%BC%91",
        "9223372036854775808",
        "-9223372036854775809",
        "true",
        "null",
        "99999999999999999999999999999999999999999",
    };
    for (const std::string name : {"delta", "initial", "min", "max", "ttl", "value"})
      for (const auto value : no_integers)
        all.push_back({name == "value" ? operation::set : operation::add,
                       name + "=" + std::string{value}, "invalid-value"});
    for (const auto* pair : {
             "delta",
             "create=",
             "create=1",
             "create=True",
             "create=yes",
             "on_limit=",
             "on_limit=Clamp",
             "on_limit=clam",
             "on_limit=reject%20",
             "ttl_mode=",
             "ttl_mode=REFRESH",
             "ttl_mode=never",
             "ttl_mode=if-absent",
             "ttl=0",
             "ttl=-1",
             "ttl=315360001",
             "ttl=9223372036854775807",
             "ttl=-9223372036854775808",
         })
      all.push_back({operation::add, pair, "invalid-value"});
    all.push_back({operation::set, "value=1&ttl=0", "invalid-value"});
    for (const std::string version : {"", "-1", "x", "1.0", "%221%22", "9223372036854775808"}) {
      all.push_back({operation::add, "if_version=" + version, "invalid-value"});
      all.push_back({operation::set, "value=1&if_version=" + version, "invalid-value"});
      all.push_back({operation::remove, "if_version=" + version, "invalid-value"});
    }
    all.push_back({operation::remove, "if_version=1&if_version=1", "duplicate-parameter"});
    all.push_back({operation::set, "value=1&ttl=315360001", "invalid-value"});
    const struct {
      counter::operation operation;
      const char* text;
    } no_parameters[] = {
        // of another operation
        {operation::get, "value=1"},
        {operation::get, "delta=1"},
        {operation::get, "ttl=1"},
        {operation::get, "x"},
        {operation::get, "="},
        {operation::remove, "value=1"},
        {operation::remove, "delta=1"},
        {operation::remove, "create=true"},
        {operation::set, "value=1&delta=1"},
        {operation::set, "value=1&ttl_mode=refresh"},
        {operation::set, "value=1&initial=1"},
        {operation::set, "value=1&create=true"},
        {operation::set, "value=1&min=1"},
        {operation::set, "value=1&on_limit=clamp"},
        {operation::add, "value=1"},
        {operation::add, "Delta=1"},
        {operation::add, "delta%20=1"},
        {operation::add, "name=x"},
        {operation::add, "op=add"},
        {operation::add, "val=1"},
        {operation::add, "=1"},
        {operation::add, "delta=1&x"},
        // missing
        {operation::set, ""},
        {operation::set, "ttl=1"},
        // contradictory
        {operation::add, "min=1&max=0"},
        {operation::add, "min=-1&max=-2&on_limit=clamp"},
        {operation::add, "max=-9223372036854775808&min=9223372036854775807"},
        {operation::add, "ttl_mode=refresh"},
        {operation::add, "ttl_mode=persist&ttl=1"},
        {operation::add, "ttl=1&ttl_mode=persist"},
    };
    for (const auto& [operation, text] : no_parameters)
      all.push_back({operation, text, "invalid-parameter"});
    for (const std::string pair : {"delta=1", "initial=1", "create=true", "min=1", "max=1",
                                   "on_limit=clamp", "ttl=1", "ttl_mode=if_absent"})
      all.push_back({operation::add, pair + "&" + pair, "duplicate-parameter"});
    all.push_back({operation::add, "delta=1&ttl=5&%64elta=2", "duplicate-parameter"});
    all.push_back({operation::set, "value=1&value=1", "duplicate-parameter"});
    return all;
  }();
  return pairs;
}

/// Members of a JSON object, without its braces.
inline const std::vector<bad_parameters>& bad_members() {
  static const std::vector<bad_parameters> members = [] {
    std::vector<bad_parameters> all;
    const std::string_view no_integers[] = {
        "null",
        "true",
        "\"1\"",
        "\"\"",
        "[]",
        "[1]",
        "{}",
        "1.0",
        "1.5",
        "1e3",
        "1E0",
        "-1e0",
        "0.0",
        "1e400",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "99999999999999999999999999999999999999999",
    };
    for (const std::string name : {"delta", "initial", "min", "max", "ttl", "value"})
      for (const auto value : no_integers)
        all.push_back({name == "value" ? operation::set : operation::add,
                       "\"" + name + "\":" + std::string{value}, "invalid-value"});
    for (const auto* member : {
             R"("create":"true")",
             R"("create":1)",
             R"("create":null)",
             R"("on_limit":null)",
             R"("on_limit":true)",
             R"("on_limit":0)",
             R"("on_limit":"clamp\u0000")",
             R"("ttl_mode":null)",
             R"("ttl_mode":true)",
             R"("ttl_mode":["refresh"])",
             R"("ttl":0)",
             R"("ttl":"5")",
             R"("ttl":315360001)",
         })
      all.push_back({operation::add, member, "invalid-value"});
    all.push_back({operation::get, R"("delta":1)", "invalid-parameter"});
    all.push_back({operation::remove, R"("value":1)", "invalid-parameter"});
    all.push_back({operation::remove, R"("delta":1)", "invalid-parameter"});
    all.push_back({operation::set, "", "invalid-parameter"});
    all.push_back({operation::set, R"("value":1,"delta":1)", "invalid-parameter"});
    all.push_back({operation::add, R"("value":1)", "invalid-parameter"});
    all.push_back({operation::add, R"("Delta":1)", "invalid-parameter"});
    all.push_back({operation::add, R"("key":"k")", "invalid-parameter"});
    all.push_back({operation::add, R"("min":1,"max":0)", "invalid-parameter"});
    all.push_back({operation::add, R"("ttl_mode":"refresh")", "invalid-parameter"});
    return all;
  }();
  return members;
}

/// Queries of a list.
struct bad_list {
  std::string query;
  std::string_view code;
};

inline const std::vector<bad_list>& bad_lists() {
  static const std::vector<bad_list> lists{
      {"limit=0", "invalid-value"},
      {"limit=1001", "invalid-value"},
      {"limit=-1", "invalid-value"},
      {"limit=", "invalid-value"},
      {"limit", "invalid-value"},
      {"limit=x", "invalid-value"},
      {"limit=1.0", "invalid-value"},
      {"limit=1e2", "invalid-value"},
      {"limit=+1", "invalid-value"},
      {"limit=9223372036854775808", "invalid-value"},
      {"prefix=" + std::string(257, 'x'), "invalid-value"},
      {"limit=1&limit=1", "duplicate-parameter"},
      {"prefix=a&prefix=a", "duplicate-parameter"},
      {"cursor=61&cursor=61", "duplicate-parameter"},
      {"x", "invalid-parameter"},
      {"name=x", "invalid-parameter"},
      {"Prefix=a", "invalid-parameter"},
      {"after=", "invalid-value"},
      {"after=%0A", "invalid-value"},
      {"after=" + std::string(257, 'x'), "invalid-value"},
      {"after=a&cursor=61", "invalid-parameter"},
      {"=a", "invalid-parameter"},
      {"cursor=", "invalid-parameter"},
      {"cursor", "invalid-parameter"},
      {"cursor=x", "invalid-parameter"},
      {"cursor=ff", "invalid-parameter"},
      {"cursor=4F", "invalid-parameter"},
      {"cursor=%00", "invalid-parameter"},
      {"cursor=%C3%A9", "invalid-parameter"},
      // cursors of another list, after "a" and "c"
      {"prefix=b&cursor=61", "invalid-parameter"},
      {"prefix=ab&cursor=61", "invalid-parameter"},
      {"cursor=63&prefix=b", "invalid-parameter"},
  };
  return lists;
}

}  // namespace cases
