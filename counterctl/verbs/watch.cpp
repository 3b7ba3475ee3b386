#include "counterctl/verbs/watch.hpp"

#include "counterctl/client/counter_follower.hpp"
#include "counterctl/client/operation_request.hpp"
#include "counterctl/failure.hpp"
#include "counterctl/formats/answers.hpp"
#include "counterctl/output/live_table.hpp"

#include <memory>
#include <unordered_map>
#include <utility>

namespace counterctl {

namespace {

// Versions are kept to leave out what was printed already, before a stream came back.
constexpr std::size_t versions_max = 10'000;

std::string target_of(const watch_arguments& arguments) {
  if (arguments.prefix)
    return "/v1/events?prefix=" + encode_name(*arguments.prefix);
  std::string target{"/v1/events?names="};
  for (std::size_t i = 0; i < arguments.names.size(); ++i)
    target.append(i > 0 ? "," : "").append(encode_name(arguments.names[i]));
  return target;
}

/// Shows what a stream tells.
class view {
public:
  virtual ~view() = default;
  virtual void begin() = 0;
  virtual void state(const counter_state& state, const std::string& json) = 0;
  virtual void gone(const std::string& name) = 0;
  virtual void pause() = 0;
  virtual void wait(const std::string& reason) = 0;
};

class table_view : public view {
public:
  explicit table_view(bool has_prefix) : has_prefix_(has_prefix) {}

  void begin() override {
    // What has vanished meanwhile is not told.
    if (has_prefix_)
      table_.clear();
  }
  void state(const counter_state& state, const std::string&) override {
    table_.set(state.name, state.value);
  }
  void gone(const std::string& name) override { table_.remove(name); }
  void pause() override { table_.draw(); }
  void wait(const std::string& reason) override { table_.note(reason + "; trying again"); }

private:
  bool has_prefix_;
  live_table table_;
};

class line_view : public view {
public:
  line_view(const context& context, bool has_names)
      : rows_(context.print({{"NAME", false, has_names}, {"VALUE", true}})) {}

  void begin() override { waits_ = false; }
  void state(const counter_state& state, const std::string& json) override {
    if (is_new(state.name, state.version))
      rows_.add({state.name, std::to_string(state.value)}, json);
  }
  void gone(const std::string& name) override {
    if (is_new(name, 0))
      rows_.add({name, "gone"}, R"({"name":)" + quote_json(name) + R"(,"gone":true})");
  }
  void pause() override {
    rows_.flush();
    check_output();
  }
  void wait(const std::string& reason) override {
    // Once, however long it takes.
    if (!std::exchange(waits_, true))
      tell(reason + "; trying again");
  }

private:
  /// Version 0 stands for a counter that is gone.
  bool is_new(const std::string& name, std::uint64_t version) {
    if (versions_.size() >= versions_max)
      versions_.clear();
    const auto [known, is_first] = versions_.try_emplace(name, version);
    return is_first || std::exchange(known->second, version) != version;
  }

  records rows_;
  bool waits_ = false;
  std::unordered_map<std::string, std::uint64_t> versions_;
};

std::unique_ptr<view> make_view(const context& context, const watch_arguments& arguments) {
  if (context.is(output_format::table) && context.settings().is_terminal)
    return std::make_unique<table_view>(arguments.prefix.has_value());
  return std::make_unique<line_view>(context, arguments.prefix || arguments.names.size() > 1);
}

}  // namespace

exit_code watch(context& context, const watch_arguments& arguments) {
  const auto shown = make_view(context, arguments);
  const auto take = [&](const server_event& event) {
    if (event.type == "gone") {
      shown->gone(member_of(event.data, "name"));
    } else if (event.type == "reset") {
      shown->begin();
    } else if (event.type.empty()) {
      const auto state = parse_state(event.data);
      shown->state(state, event.data);
      return !arguments.until || !arguments.until->holds(state.value);
    }
    return true;
  };
  try {
    counter_follower{context.client(), target_of(arguments)}.run(
        {[&] { shown->begin(); }, take, [&] { shown->pause(); },
         [&](const std::string& reason) { shown->wait(reason); }});
  } catch (const unreachable& error) {
    throw failure{exit_code::unreachable,
                  to_text(context.settings().server.address) + ": " + error.what()};
  } catch (const stream_refused& error) {
    const auto& response = error.answer();
    const auto problem = problem_of(response.body);
    throw failure{code_of(response.status, problem), describe(response.status, problem, {})};
  }
  return exit_code::done;
}

}  // namespace counterctl
