#include "http/api/v1/server_info.hpp"

#include "http/api/v1/json_text.hpp"

#include <utility>

namespace http::v1 {

namespace {

using sync = enum counter::durability::sync;

boost::json::object describe(const counter::limits& limits) {
  using std::chrono::seconds;
  return {{"name_bytes", limits.name_bytes_max},
          {"target_bytes", limits.target_bytes_max},
          {"header_bytes", limits.header_bytes_max},
          {"header_fields", limits.header_fields_max},
          {"body_bytes", limits.body_bytes_max},
          {"connections", limits.connections_max},
          {"pipelined", limits.pipelined_max},
          {"counters", limits.counters_max},
          {"batch_operations", limits.batch_max},
          {"page", limits.page_max},
          {"ttl_seconds", limits.ttl_max.count()},
          {"idempotency_key_bytes", limits.idempotency_key_bytes_max},
          {"idempotency_records", limits.idempotency_records_max},
          {"idempotency_ttl_seconds", std::chrono::ceil<seconds>(limits.idempotency_ttl).count()}};
}

boost::json::object describe(const counter::durability& durability) {
  switch (durability.sync) {
    case sync::none:
      break;
    case sync::always:
      return {{"sync", "always"}};
    case sync::interval:
      return {{"sync", "interval"}, {"interval_ms", durability.interval.count()}};
  }
  return {{"sync", "none"}};
}

/// Only the statuses that occurred.
boost::json::object describe(const refusal_counts& refusals) {
  boost::json::object members;
  for (const auto status : refusal_counts::statuses)
    if (const auto count = refusals.at(status); count > 0)
      members[std::to_string(static_cast<int>(status))] = count;
  return members;
}

}  // namespace

server_info::server_info(std::string_view version, unsigned threads, const counter::limits& limits,
                         const counter::store_traits& store_traits, usage_source usage,
                         const refusal_counts* refusals)
    : store(store_traits),
      idempotency_ttl_max(std::chrono::ceil<std::chrono::seconds>(limits.idempotency_ttl)),
      constants_({{"version", version},
                  {"shards", store.shards},
                  {"threads", threads},
                  {"store", store.name},
                  {"durability", v1::describe(store.durability)},
                  {"limits", v1::describe(limits)}}),
      usage_(std::move(usage)),
      refusals_(refusals) {}

std::string server_info::describe() const {
  const auto usage = usage_ ? usage_() : counter::usage{};
  auto members = constants_;
  members["usage"] = {{"counters", usage.counters},
                      {"idempotency_records", usage.idempotency_records}};
  members["refused"] = refusals_ != nullptr ? v1::describe(*refusals_) : boost::json::object{};
  return to_text(members);
}

}  // namespace http::v1
