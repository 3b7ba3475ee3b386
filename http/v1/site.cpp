#include "http/v1/site.hpp"

#include "http/v1/json_text.hpp"

namespace http::v1 {

namespace {

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
          {"idempotency_records", limits.replays_max},
          {"idempotency_ttl_seconds", std::chrono::ceil<seconds>(limits.replay_ttl).count()}};
}

}  // namespace

site::site(std::string_view version, unsigned shard_count, unsigned threads,
           const counter::limits& limits)
    : shards(shard_count),
      info(to_text({{"version", version},
                    {"shards", shard_count},
                    {"threads", threads},
                    {"store", "memory"},
                    {"durability", {{"sync", "none"}}},
                    {"limits", describe(limits)}})) {}

}  // namespace http::v1
