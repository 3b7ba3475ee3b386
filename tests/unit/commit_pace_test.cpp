#include "counter/shard/commit_pace.hpp"

#include <doctest/doctest.h>

#include <chrono>

using counter::commit_pace;
using std::chrono::milliseconds;

namespace {

constexpr std::chrono::microseconds took{1'000};

}  // namespace

TEST_CASE("nobody waits before anything is known, and whoever is alone never does") {
  commit_pace pace;
  CHECK(pace.expected() == 0);
  CHECK(pace.patience() == milliseconds{0});
  // One operation was answered, and one is what the next group has.
  pace.committed(took, 1);
  CHECK(pace.expected() == 1);
}

TEST_CASE("those who were there are waited for, as long as a commit takes when they come") {
  commit_pace pace;
  pace.committed(took, 64);
  CHECK(pace.expected() == 64);
  const auto at_first = pace.patience();
  CHECK(at_first > milliseconds{0});
  CHECK(at_first < took / 10);
  pace.waited(true);
  CHECK(pace.patience() == took);
  pace.committed(2 * took, 60);
  CHECK(pace.expected() == 60);
  CHECK(pace.patience() <= 2 * took);
}

TEST_CASE("who does not come is waited for less and less, and tried again later") {
  commit_pace pace;
  pace.committed(took, 64);
  pace.waited(true);
  for (int i = 0; i < 20; ++i) {
    pace.committed(took, 64);
    pace.waited(false);
  }
  // Half of what each commit gives back.
  CHECK(pace.patience() < took / 30);
  for (int i = 0; i < 64; ++i)
    pace.committed(took, 64);
  CHECK(pace.patience() > took * 9 / 10);
  CHECK(pace.patience() <= took);
}

TEST_CASE("a disk that takes very long is not waited for as long") {
  commit_pace pace;
  pace.committed(std::chrono::seconds{3}, 64);
  pace.waited(true);
  CHECK(pace.patience() == milliseconds{5});
  // And a disk that is fast again is not waited for as long as it took before.
  pace.committed(took, 64);
  CHECK(pace.patience() == took);
}
