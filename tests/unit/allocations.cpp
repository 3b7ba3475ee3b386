#include "tests/unit/allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace {

std::atomic<std::size_t> calls_so_far, bytes_alive;

}  // namespace

unit::allocations unit::allocations::now() noexcept {
  return {calls_so_far, bytes_alive};
}

void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr)
    throw std::bad_alloc{};
  ++calls_so_far;
  bytes_alive += malloc_usable_size(memory);
  return memory;
}

void operator delete(void* memory) noexcept {
  bytes_alive -= malloc_usable_size(memory);
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}
