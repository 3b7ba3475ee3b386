#pragma once

#include <atomic>
#include <memory>
#include <utility>

namespace counter {

/// A base of Node, which lets an inbox<Node> link the nodes without allocating.
template <class Node>
class inbox_link {
private:
  template <class>
  friend class inbox;
  Node* next_ = nullptr;
};

/// What other threads hand over to an event loop: any thread puts nodes in, the loop takes all of
/// them. Lock-free (Treiber, "Systems Programming: Coping with Parallelism", 1986). While it stays
/// empty, nobody writes to it. It has a cache line of its own.
///
/// put() and is_empty() are sequentially consistent, so no wake-up is lost between
///
///     put(); if the loop says that it waits, wake it
///     say that the loop waits; if is_empty(), wait
template <class Node>
class alignas(64) inbox {
public:
  inbox() = default;
  inbox(const inbox&) = delete;
  inbox& operator=(const inbox&) = delete;
  ~inbox() {
    take_all([](std::unique_ptr<Node>) {});
  }

  /// Thread-safe. Returns true if it was empty: then the caller must wake the loop if it waits.
  bool put(std::unique_ptr<Node> node) noexcept {
    auto* added = node.release();
    auto* head = head_.load();
    do
      link(added) = head;
    while (!head_.compare_exchange_weak(head, added));
    return head == nullptr;
  }

  /// Thread-safe.
  bool is_empty() const noexcept { return head_.load() == nullptr; }

  /// Calls `take(std::unique_ptr<Node>)` for each node, in the order of put(). Nodes that are put
  /// meanwhile stay. Call it on the loop's thread.
  template <class Take>
  void take_all(Take take) {
    if (is_empty())
      return;
    Node* first = nullptr;
    for (auto* last = head_.exchange(nullptr); last != nullptr;) {
      auto* before = std::exchange(link(last), first);
      first = std::exchange(last, before);
    }
    while (first != nullptr) {
      std::unique_ptr<Node> node{first};
      first = link(first);
      take(std::move(node));
    }
  }

private:
  static Node*& link(Node* node) noexcept { return static_cast<inbox_link<Node>*>(node)->next_; }

  std::atomic<Node*> head_ = nullptr;  // the last one put
};

}  // namespace counter
