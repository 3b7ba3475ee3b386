#pragma once

#include "http/api/dispatcher.hpp"
#include "http/protocol/pipeline.hpp"
#include "http/server/store_client.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

/// A connection without a socket: it takes requests and discards responses. Used on its
/// loop's thread.
class memory_connection final : public http::reply_handler {
public:
  /// All arguments outlive the connection.
  memory_connection(const counter::limits& limits, http::store_client& store_client,
                    const http::date& date)
      : client_(store_client),
        pipeline_(limits, date),
        dispatcher_(pipeline_, server_info_, {.is_loopback = true}) {}

  /// Call it within a pass. `requests` are whole, and all of them need the store.
  void ask(std::string_view requests) {
    pipeline_.feed(requests);
    while (auto pending = dispatcher_.next_call()) {
      if (pending->request)
        client_.send(std::move(*pending->request), pending->slot, *this);
      else
        client_.send(pending->command, pending->slot, *this);
      ++waiting_;
    }
    pipeline_.next_step(false);
  }

  void on_reply(http::response_queue::slot_type slot, const counter::command& command,
                const counter::reply& reply) override {
    dispatcher_.complete(slot, command, reply);
    --waiting_;
    ++answers_;
  }

  void on_response(http::response_queue::slot_type slot, counter::call answered) override {
    dispatcher_.complete(slot, std::move(answered));
    --waiting_;
    ++answers_;
  }

  void on_pass_end() override {
    pipeline_.consume_output(pipeline_.output().size());
    pipeline_.shrink(counter::limits::kept_bytes_max);
  }

  bool is_waiting() const noexcept { return waiting_ > 0; }
  std::size_t answers() const noexcept { return answers_; }

private:
  http::store_client& client_;
  const http::v1::server_info server_info_;
  http::pipeline pipeline_;
  http::dispatcher dispatcher_;
  std::size_t waiting_ = 0;
  std::size_t answers_ = 0;
};
