// Sessions that fall silent: no reply is wrong, and no operation is carried out twice.

#include "tests/engine/support/cut_scene.hpp"
#include "tests/engine/support/full_run.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace support;
using std::chrono::seconds;

namespace {

/// By default as many messages of each direction.
constexpr std::size_t sample = 6;

std::vector<planned_cut> silences(direction way, std::size_t messages) {
  std::vector<planned_cut> all;
  const auto step = is_full_run() ? 1 : std::max<std::size_t>(messages / sample, 1);
  for (std::size_t i = 1; i <= messages; i += step)
    all.push_back({way, i, cut::silent});
  return all;
}

}  // namespace

// They wait, each for its deadline, and so all at once.
TEST_CASE("a group whose session falls silent ends in time, and its replies are true") {
  std::vector<planned_cut> cuts;
  {
    cut_scene scene{new_schema(), seconds{60}};
    scene.connect();
    scene.prepare();
    scene.carry_out({});
    scene.check_done();
    for (const auto way : {direction::to_server, direction::to_client}) {
      const auto some = silences(way, scene.proxy.passed(way).size());
      cuts.insert(cuts.end(), some.begin(), some.end());
    }
  }
  std::vector<std::unique_ptr<cut_scene>> scenes;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    scenes.push_back(std::make_unique<cut_scene>(new_schema(), seconds{6}));
    scenes.back()->connect();
    scenes.back()->prepare();
  }
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < cuts.size(); ++i)
    threads.emplace_back([&scene = *scenes[i], cut = cuts[i]] { scene.carry_out({cut}); });
  for (auto& each : threads)
    each.join();
  // While a silent session is open it may have locks that others wait for.
  for (auto& each : scenes)
    each->proxy.reset_all();
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    const auto cut_text = text({cuts[i]});
    CAPTURE(cut_text);
    CHECK(scenes[i]->proxy.cuts_left() == 0);
    scenes[i]->check_in_doubt();
  }
  MESSAGE(cuts.size(), " sessions fell silent");
}
