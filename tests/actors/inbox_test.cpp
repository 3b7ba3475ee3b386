#include "counter/inbox.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <thread>
#include <vector>

namespace {

struct note : counter::inbox_link<note> {
  explicit note(int author, int line) : thread(author), number(line) {}
  ~note() { --live; }
  note(const note&) = delete;
  note& operator=(const note&) = delete;
  const int thread;
  const int number;
  static inline int live = 0;
};

}  // namespace

TEST_CASE("inbox::put() returns true for the first one, and take_all() takes them in order") {
  counter::inbox<note> inbox;
  note::live = 4;
  CHECK(inbox.is_empty());
  CHECK(inbox.put(std::make_unique<note>(0, 1)));
  CHECK_FALSE(inbox.put(std::make_unique<note>(0, 2)));
  CHECK_FALSE(inbox.put(std::make_unique<note>(0, 3)));
  CHECK_FALSE(inbox.is_empty());
  std::vector<int> taken;
  inbox.take_all([&](std::unique_ptr<note> next) {
    taken.push_back(next->number);
    if (next->number == 1)
      CHECK(inbox.put(std::make_unique<note>(0, 4)));
  });
  CHECK(taken == std::vector<int>{1, 2, 3});
  CHECK_FALSE(inbox.is_empty());
  inbox.take_all([&](std::unique_ptr<note> next) { taken.push_back(next->number); });
  CHECK(taken.back() == 4);
  CHECK(inbox.is_empty());
  CHECK(note::live == 0);
}

TEST_CASE("an inbox frees what nobody takes") {
  note::live = 2;
  {
    counter::inbox<note> inbox;
    inbox.put(std::make_unique<note>(0, 1));
    inbox.put(std::make_unique<note>(0, 2));
  }
  CHECK(note::live == 0);
}

TEST_CASE("an inbox loses nothing that many threads put, and keeps the order of each") {
  constexpr int threads_count = 3, each = 50'000;
  counter::inbox<note> inbox;
  note::live = threads_count * each;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < threads_count; ++thread)
    threads.emplace_back([&inbox, thread] {
      for (int i = 0; i < each; ++i)
        inbox.put(std::make_unique<note>(thread, i));
    });
  std::vector<int> next(threads_count);
  int taken = 0, out_of_order = 0;
  while (taken < threads_count * each)
    inbox.take_all([&](std::unique_ptr<note> note) {
      out_of_order += note->number == next[static_cast<std::size_t>(note->thread)]++ ? 0 : 1;
      ++taken;
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(out_of_order == 0);
  CHECK(inbox.is_empty());
  CHECK(note::live == 0);
}
