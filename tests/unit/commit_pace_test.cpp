#include "counter/shard/commit_pace.hpp"

#include <doctest/doctest.h>

#include <chrono>

using counter::commit_pace;
using std::chrono::milliseconds;

namespace {

constexpr std::chrono::microseconds took{1'000};

}  // namespace

TEST_CASE(
    "commit_pace has no patience before the first commit and expects one operation of one client") {
  commit_pace pace;
  CHECK(pace.expected() == 0);
  CHECK(pace.patience() == milliseconds{0});
  // The next group has its one operation at once.
  pace.committed(took, 1);
  CHECK(pace.expected() == 1);
}

TEST_CASE("commit_pace waits as long as a commit takes if the expected operations came") {
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

TEST_CASE("commit_pace halves its patience after a wait in vain and regains it slowly") {
  commit_pace pace;
  pace.committed(took, 64);
  pace.waited(true);
  for (int i = 0; i < 20; ++i) {
    pace.committed(took, 64);
    pace.waited(false);
  }
  // Each commit gives back a 64th, each wait in vain takes half.
  CHECK(pace.patience() < took / 30);
  for (int i = 0; i < 64; ++i)
    pace.committed(took, 64);
  CHECK(pace.patience() > took * 9 / 10);
  CHECK(pace.patience() <= took);
}

TEST_CASE("commit_pace limits its patience to 5 ms and to the last commit") {
  commit_pace pace;
  pace.committed(std::chrono::seconds{3}, 64);
  pace.waited(true);
  CHECK(pace.patience() == milliseconds{5});
  // The next commit was fast again.
  pace.committed(took, 64);
  CHECK(pace.patience() == took);
}
