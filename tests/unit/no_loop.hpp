#pragma once

#include "counter/shard/store.hpp"

#include <functional>
#include <memory>

namespace unit {

/// An event loop that discards everything: the origin of batches that a test holds.
class no_loop final : public counter::event_loop {
public:
  void post(std::function<void()>) override {}
  void complete(std::unique_ptr<counter::batch>) noexcept override {}
};

}  // namespace unit
