#pragma once

#include "tests/cases/bad_parameters.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Batches that are refused, with the code of the problem.
namespace cases {

struct bad_batch {
  std::string text;
  std::string_view code;
};

/// Operations of a batch; the problem has the index of the operation.
inline const std::vector<bad_batch>& bad_operations() {
  static const std::vector<bad_batch> operations = [] {
    std::vector<bad_batch> all{
        {"null", "invalid-value"},
        {"1", "invalid-value"},
        {"[]", "invalid-value"},
        {R"("get")", "invalid-value"},
        {"{}", "invalid-parameter"},
        {R"({"name":"x"})", "invalid-parameter"},
        {R"({"op":"get"})", "invalid-parameter"},
        {R"({"op":"incr","name":"x"})", "invalid-value"},
        {R"({"op":"GET","name":"x"})", "invalid-value"},
        {R"({"op":"remove","name":"x"})", "invalid-value"},
        {R"({"op":"","name":"x"})", "invalid-value"},
        {R"({"op":1,"name":"x"})", "invalid-value"},
        {R"({"op":null,"name":"x"})", "invalid-value"},
        {R"({"op":["get"],"name":"x"})", "invalid-value"},
        // names
        {R"({"op":"get","name":""})", "invalid-name"},
        {R"({"op":"get","name":null})", "invalid-name"},
        {R"({"op":"get","name":5})", "invalid-name"},
        {R"({"op":"get","name":"a\u0000b"})", "invalid-name"},
        {R"({"op":"get","name":"a\nb"})", "invalid-name"},
        {R"({"op":"get","name":"\u007f"})", "invalid-name"},
        {R"({"op":"get","name":")" + std::string(257, 'n') + R"("})", "invalid-name"},
        // versions
        {R"({"op":"add","name":"x","if_version":-1})", "invalid-value"},
        {R"({"op":"add","name":"x","if_version":"1"})", "invalid-value"},
        {R"({"op":"add","name":"x","if_version":1.0})", "invalid-value"},
        {R"({"op":"add","name":"x","if_version":null})", "invalid-value"},
        {R"({"op":"add","name":"x","if_version":9223372036854775808})", "invalid-value"},
        // duplicate members
        {R"({"op":"get","op":"get","name":"x"})", "duplicate-parameter"},
        {R"({"op":"get","name":"x","name":"x"})", "duplicate-parameter"},
        {R"({"op":"add","name":"x","delta":1,"delta":1})", "duplicate-parameter"},
        {R"({"op":"add","name":"x","delta":1,"d\u0065lta":1})", "duplicate-parameter"},
        {R"({"op":"add","name":"x","if_version":1,"if_version":1})", "duplicate-parameter"},
    };
    constexpr const char* names[] = {"get", "set", "add", "delete"};
    for (const auto& [operation, members, code] : bad_members())
      all.push_back({std::string{R"({"op":")"} + names[static_cast<int>(operation)] +
                         R"(","name":"x")" + (members.empty() ? "" : ",") + members + "}",
                     code});
    return all;
  }();
  return operations;
}

/// Bodies of a batch; the problem has no index.
inline const std::vector<bad_batch>& bad_batches() {
  static const std::vector<bad_batch> batches{
      {"", "malformed-json"},
      {"[]", "malformed-json"},
      {R"([{"op":"get","name":"a"}])", "malformed-json"},
      {R"({"ops":[{"op":"get","name":"a"}])", "malformed-json"},
      {R"({"ops":[{"op":"get","name":"a"}]} x)", "malformed-json"},
      {"{}", "invalid-parameter"},
      {R"({"operations":[]})", "invalid-parameter"},
      {R"({"ops":[{"op":"get","name":"a"}],"x":1})", "invalid-parameter"},
      {R"({"ops":null})", "invalid-value"},
      {R"({"ops":{}})", "invalid-value"},
      {R"({"ops":"get"})", "invalid-value"},
      {R"({"ops":[]})", "invalid-value"},
      {R"({"ops":[{"op":"get","name":"a"}],"ops":[]})", "duplicate-parameter"},
  };
  return batches;
}

}  // namespace cases
