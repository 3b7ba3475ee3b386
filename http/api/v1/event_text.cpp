#include "http/api/v1/event_text.hpp"

#include "http/api/v1/counter_reply.hpp"
#include "http/api/v1/json_writer.hpp"

#include <utility>

namespace http::v1 {

std::string counter_event(std::string_view name, const std::optional<counter::state>& state) {
  json_writer writer;
  if (state) {
    describe(writer, name, *state);
  } else {
    writer.begin_object();
    writer.member("name", name);
    writer.end_object();
  }
  // It ends with a newline, and has no other: JSON escapes them.
  const auto json = std::move(writer).finish();
  const auto head = state ? "id: " + std::to_string(state->version) + "\n" : "event: gone\n";
  return head + "data: " + json + "\n";
}

std::string ready_event(std::string_view prefix, bool has_more) {
  json_writer writer;
  writer.begin_object();
  writer.member("prefix", prefix);
  writer.member("has_more", has_more);
  writer.end_object();
  return "event: ready\ndata: " + std::move(writer).finish() + "\n";
}

std::string retry_event(std::chrono::milliseconds pause) {
  return "retry: " + std::to_string(pause.count()) + "\n\n";
}

}  // namespace http::v1
