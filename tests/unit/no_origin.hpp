#pragma once

#include "counter/shard/batch.hpp"

#include <memory>

namespace unit {

/// The origin of batches that a test holds.
class no_origin final : public counter::batch_origin {
public:
  void complete(std::unique_ptr<counter::batch>) noexcept override {}
};

}  // namespace unit
