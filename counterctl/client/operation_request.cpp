#include "counterctl/client/operation_request.hpp"

#include "http/protocol/percent.hpp"

namespace counterctl {

namespace {

constexpr std::string_view batch_begin = R"({"ops":[)";
constexpr std::string_view batch_end = "]}";

}  // namespace

std::string encode_name(std::string_view name) {
  if (name == ".")
    return "%2E";
  if (name == "..")
    return "%2E%2E";
  return http::encode(name);
}

request to_request(const operation& operation) {
  request request;
  request.target = "/v1/counters/" + encode_name(operation.name);
  request.is_write = operation.kind != operation_kind::get;
  request.answer.kind = answer_kind::state;
  switch (operation.kind) {
    case operation_kind::get:
      break;
    case operation_kind::add:
      request.method = "POST";
      request.body = parameters_to_json(operation);
      break;
    case operation_kind::set:
      request.method = "PUT";
      request.body = parameters_to_json(operation);
      break;
    case operation_kind::remove:
      request.method = "DELETE";
      request.answer.kind = answer_kind::nothing;
      if (operation.if_version)
        request.target += "?if_version=" + std::to_string(*operation.if_version);
      break;
  }
  return request;
}

request to_batch(const std::vector<std::string>& operations) {
  request request{.method = "POST", .target = "/v1/batch"};
  request.is_write = true;
  request.answer = {answer_kind::results, operations.size()};
  request.body = batch_begin;
  for (const auto& operation : operations)
    request.body.append(request.body.size() > batch_begin.size() ? "," : "").append(operation);
  request.body += batch_end;
  return request;
}

request to_batch(const std::vector<operation>& operations) {
  std::vector<std::string> texts;
  texts.reserve(operations.size());
  bool is_write = false;
  for (const auto& operation : operations) {
    texts.push_back(to_json(operation));
    is_write |= operation.kind != operation_kind::get;
  }
  auto request = to_batch(texts);
  request.is_write = is_write;
  return request;
}

}  // namespace counterctl
