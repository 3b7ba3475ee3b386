#pragma once

#include "http/courier.hpp"
#include "http/pipeline.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

/// A connection without a socket: takes requests, swallows answers. Used on its
/// loop's thread.
class memory_connection final : public http::recipient {
public:
  /// Everything is borrowed.
  memory_connection(const counter::limits& limits, http::courier& courier, const http::date& date)
      : courier_(courier),
        pipeline_(limits, date, site_, http::peer::local) {}

  /// Within a pass; `requests` are whole, and need the store.
  void ask(std::string_view requests) {
    pipeline_.feed(requests);
    while (auto pending = pipeline_.take_command()) {
      if (pending->question)
        courier_.send(std::move(*pending->question), pending->slot, *this);
      else
        courier_.send(pending->command, pending->slot, *this);
      ++waiting_;
    }
    pipeline_.keep_rest();
  }

  void take_reply(http::response_queue::slot slot, const counter::command& command,
                  const counter::reply& reply) override {
    pipeline_.complete(slot, command, reply);
    --waiting_;
    ++answers_;
  }

  void take_answer(http::response_queue::slot slot, counter::errand answered) override {
    pipeline_.complete(slot, std::move(answered));
    --waiting_;
    ++answers_;
  }

  void take_end_of_pass() override {
    pipeline_.consume_output(pipeline_.output().size());
    pipeline_.shrink(counter::limits::kept_bytes_max);
  }

  bool is_waiting() const noexcept { return waiting_ > 0; }
  std::size_t answers() const noexcept { return answers_; }

private:
  http::courier& courier_;
  const http::v1::site site_;
  http::pipeline pipeline_;
  std::size_t waiting_ = 0;
  std::size_t answers_ = 0;
};
