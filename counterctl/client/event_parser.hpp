#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace counterctl {

/// One server-sent event (WHATWG HTML, section 9.2).
struct server_event {
  std::string type{};  ///< empty: a state
  std::string data{};
  std::string retry{};  ///< milliseconds, as sent
};

/// Splits a stream into events. Bounded: it throws std::length_error for an event of more than
/// 64 KiB, which no counterd sends.
class event_parser {
public:
  using handler = std::function<void(const server_event&)>;

  /// Takes the next bytes of the stream, and passes each event that they complete.
  void feed(std::string_view bytes, const handler& handle);

private:
  void take_line(std::string_view line, const handler& handle);

  std::string line_;
  server_event event_;
  bool has_fields_ = false;
};

}  // namespace counterctl
