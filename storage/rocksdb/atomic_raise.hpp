#pragma once

#include <atomic>

namespace storage {

/// Sets `target` to `value` unless it is greater already. Lock-free.
template <class Number>
void raise(std::atomic<Number>& target, Number value) noexcept {
  auto current = target.load();
  while (current < value && !target.compare_exchange_weak(current, value)) {
  }
}

}  // namespace storage
