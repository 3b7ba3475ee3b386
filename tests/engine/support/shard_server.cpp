#include "tests/engine/support/shard_server.hpp"

#include "counter/siphash.hpp"

#include <stdexcept>
#include <utility>
#include <variant>

namespace support {

namespace {

constexpr counter::siphash_key key{5, 6};

}  // namespace

storage::postgres::settings engine_settings(const std::string& url, const std::string& schema,
                                            std::chrono::milliseconds timeout) {
  return {.address = storage::postgres::address{url}, .schema = schema, .timeout = timeout};
}

shard_server::shard_server(const storage::postgres::settings& settings, std::uint64_t counters_max)
    : ledger(settings),
      counters(counters_max),
      others(counters, records, ledger.usage()),
      table({counters, records, others, std::chrono::hours{1}, key, true}, ledger.open_writer(0),
            metrics) {}

shard_server& shard_server::ask(counter::operation operation, std::string_view name,
                                std::int64_t operand) {
  group().add({operation, name, operand}, counter::siphash(key, name));
  return *this;
}

shard_server& shard_server::ask(counter::full_command command) {
  const auto hash = counter::siphash(key, command.name);
  group().add(std::move(command), hash);
  return *this;
}

shard_server& shard_server::run() {
  table.apply(group_);
  is_done_ = true;
  return *this;
}

counter::full_reply shard_server::apply(const counter::full_command& command) {
  return ask(command).run().full_reply(0);
}

void shard_server::sweep() {
  for (;;) {
    group().add(counter::expiry_sweep_request{}, 0);
    run();
    const auto& swept = std::get<counter::expiry_sweep>(group_[0]->call_at(0).response);
    if (swept.outcome != counter::outcome::ok)
      throw std::runtime_error{"the sweep has failed"};
    if (swept.is_done)
      return;
  }
}

counter::batch& shard_server::group() {
  if (std::exchange(is_done_, false) || group_.empty()) {
    group_.clear();
    group_.push_back(std::make_unique<counter::batch>(origin_));
  }
  return *group_.back();
}

}  // namespace support
