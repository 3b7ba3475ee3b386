#pragma once

#include "counter/store/store.hpp"

#include <utility>

/// A store whose shards are a test: it says what happens to batches in submit().
class stub_store : public counter::store, public counter::submitter {
public:
  explicit stub_store(counter::store_traits traits = {}, unsigned shards = 1)
      : stub_store(std::move(traits), shards, counter::mailbox_layout::of_shards(shards)) {}
  stub_store(counter::store_traits traits, unsigned shards, const counter::mailbox_layout& layout)
      : traits_(std::move(traits)),
        placement_(shards, {1, 2}),
        layout_(layout) {}

  const counter::store_traits& traits() const noexcept override { return traits_; }
  counter::health health() const noexcept override { return counter::health::good; }
  counter::usage usage() const noexcept override { return {}; }
  counter::store_statistics statistics() const override { return {}; }
  const counter::placement& placement() const noexcept override { return placement_; }
  const counter::mailbox_layout& layout() const noexcept override { return layout_; }
  connection connect(counter::event_loop&) override { return {*this, false}; }

private:
  const counter::store_traits traits_;
  const counter::placement placement_;
  const counter::mailbox_layout layout_;
};
