#include "http/api/v1/server_info.hpp"

#include "http/api/v1/json_writer.hpp"

#include <utility>

namespace http::v1 {

namespace {

using sync = enum counter::durability::sync;

void describe_limits(json_writer& writer, const counter::limits& limits) {
  using std::chrono::seconds;
  writer.begin_object();
  writer.member("name_bytes", limits.name_bytes_max);
  writer.member("target_bytes", limits.target_bytes_max);
  writer.member("header_bytes", limits.header_bytes_max);
  writer.member("header_fields", limits.header_fields_max);
  writer.member("body_bytes", limits.body_bytes_max);
  writer.member("connections", limits.connections_max);
  writer.member("pipelined", limits.pipelined_max);
  writer.member("streams", limits.streams());
  writer.member("watched_counters", limits.watched_max);
  writer.member("counters", limits.counters_max);
  writer.member("batch_operations", limits.batch_max);
  writer.member("page", limits.page_max);
  writer.member("ttl_seconds", limits.ttl_max.count());
  writer.member("idempotency_key_bytes", limits.idempotency_key_bytes_max);
  writer.member("idempotency_records", limits.idempotency_records_max);
  writer.member("idempotency_ttl_seconds",
                std::chrono::ceil<seconds>(limits.idempotency_ttl).count());
  writer.end_object();
}

void describe_durability(json_writer& writer, const counter::durability& durability) {
  writer.begin_object();
  switch (durability.sync) {
    case sync::none:
      writer.member("sync", "none");
      break;
    case sync::always:
      writer.member("sync", "always");
      break;
    case sync::interval:
      writer.member("sync", "interval");
      writer.member("interval_ms", durability.interval.count());
      break;
  }
  writer.end_object();
}

void describe_usage(json_writer& writer, const counter::usage& usage) {
  writer.begin_object();
  writer.member("counters", usage.counters);
  writer.member("idempotency_records", usage.idempotency_records);
  writer.end_object();
}

/// Writes only the statuses that occurred.
void describe_refusals(json_writer& writer, const refusal_counts* refusals) {
  writer.begin_object();
  for (const auto status : refusal_counts::statuses)
    if (const auto count = refusals == nullptr ? 0 : refusals->at(status); count > 0)
      writer.member(std::to_string(static_cast<int>(status)), count);
  writer.end_object();
}

}  // namespace

server_info::server_info(std::string_view version, unsigned threads, const counter::limits& limits,
                         const counter::store_traits& store_traits, usage_source usage,
                         const refusal_counts* refusals)
    : store(store_traits),
      idempotency_ttl_max(std::chrono::ceil<std::chrono::seconds>(limits.idempotency_ttl)),
      version_(version),
      threads_(threads),
      limits_(limits),
      usage_(std::move(usage)),
      refusals_(refusals) {}

bool server_info::has_keys_for_strangers() const {
  if (!usage_)
    return true;
  const auto usage = usage_();
  // Not rounded down: half of one key is one.
  return usage.idempotency_records * 2 < limits_.idempotency_records_max &&
         (usage.idempotency_bytes_max == 0 ||
          usage.idempotency_bytes < usage.idempotency_bytes_max / 2);
}

std::string server_info::describe(bool is_read_only) const {
  return json_object([&](json_writer& writer) {
    writer.member("version", version_);
    writer.member("shards", store.shards);
    writer.member("threads", threads_);
    writer.member("store", store.name);
    writer.key("durability");
    describe_durability(writer, store.durability);
    writer.member("read_only", is_read_only);
    writer.key("limits");
    describe_limits(writer, limits_);
    writer.key("usage");
    describe_usage(writer, usage_ ? usage_() : counter::usage{});
    writer.key("refused");
    describe_refusals(writer, refusals_);
  });
}

}  // namespace http::v1
