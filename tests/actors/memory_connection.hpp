#pragma once

#include "counter/store/store_client.hpp"
#include "http/api/dispatcher.hpp"
#include "http/protocol/pipeline.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

/// A connection without a socket: it takes requests and discards responses. Used on its
/// loop's thread.
class memory_connection final : public counter::reply_handler {
public:
  /// All arguments outlive the connection.
  memory_connection(const counter::limits& limits, counter::store_client& store_client,
                    const http::date& date)
      : client_(store_client),
        pipeline_(limits, date, nullptr, &router_.known_hosts()),
        dispatcher_(pipeline_, router_, metrics_, {.is_local = true}) {}

  /// Call it within a pass. `requests` are whole, and all of them need the store.
  void ask(std::string_view requests) {
    pipeline_.feed(requests);
    while (auto next = dispatcher_.next_call()) {
      client_.send(std::move(next->submission), next->slot, *this);
      ++waiting_;
    }
    pipeline_.next_step(false);
  }

  void on_reply(tag_type slot, const counter::completion& completion) override {
    dispatcher_.complete(slot, completion);
    --waiting_;
    ++answers_;
  }

  void on_pass_end() override {
    pipeline_.consume_output(pipeline_.output().size());
    pipeline_.shrink(counter::limits::retained_bytes_max);
  }

  bool is_waiting() const noexcept { return waiting_ > 0; }
  std::size_t answers() const noexcept { return answers_; }

private:
  counter::store_client& client_;
  const http::v1::server_info server_info_;
  http::router router_{server_info_};
  http::loop_metrics metrics_;
  http::pipeline pipeline_;
  http::dispatcher dispatcher_;
  std::size_t waiting_ = 0;
  std::size_t answers_ = 0;
};
