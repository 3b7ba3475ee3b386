#include "tests/engine/support/postgres_server.hpp"

#include "tests/paths.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace support {

namespace {

const std::string script = COUNTERD_SOURCE_DIR "/scripts/postgres";

/// What serves a client has its user, database and address in its title.
constexpr std::string_view session_title = "postgres: postgres postgres 127.0.0.1";

words children_of(pid_t parent) {
  const auto id = std::to_string(parent);
  std::ifstream file{"/proc/" + id + "/task/" + id + "/children"};
  return {std::istream_iterator<std::string>{file}, {}};
}

std::string title_of(const std::string& process) {
  std::ifstream file{"/proc/" + process + "/cmdline"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void signal_all(const words& processes, int number) {
  for (const auto& each : processes)
    ::kill(std::stoi(each), number);
}

}  // namespace

std::string run_program(const words& command) {
  process program{command};
  const auto ended = program.wait(std::chrono::seconds{60});
  if (ended.exit_code == 0)
    return ended.output;
  std::string text;
  for (const auto& word : command)
    text += word + " ";
  throw std::runtime_error{text + "failed: " + ended.log};
}

postgres_server::postgres_server(words settings, words environment)
    : postgres_server(nullptr, std::move(settings), std::move(environment)) {}

std::unique_ptr<postgres_server> postgres_server::standby_of(const postgres_server& primary,
                                                             words settings, words environment) {
  return std::unique_ptr<postgres_server>{
      new postgres_server{&primary, std::move(settings), std::move(environment)}};
}

postgres_server::postgres_server(const postgres_server* primary, words settings, words environment)
    : cluster_(directory_ / "cluster"),
      settings_(std::move(settings)),
      environment_(std::move(environment)) {
  // The servers of root belong to another user.
  std::filesystem::permissions(directory_.path(), std::filesystem::perms{0711});
  if (primary == nullptr)
    run_program({script, "init", cluster_});
  else
    run_program({script, "standby", cluster_, std::to_string(primary->port())});
  start();
}

postgres_server::~postgres_server() {
  if (server_)
    kill();
}

std::string postgres_server::url() const {
  return "postgresql://postgres@127.0.0.1:" + std::to_string(port()) + "/postgres";
}

std::string postgres_server::query(const std::string& sql) const {
  return run_program({"psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", url(), "-c", sql});
}

void postgres_server::add_schema(const std::string& name) const {
  query(run_program(counterd({"engine-schema", "--engine-schema", name})));
}

void postgres_server::wait_for_standby(bool waits) const {
  query(std::string{"ALTER SYSTEM SET synchronous_standby_names = '"} + (waits ? "standby'" : "'"));
  query("SELECT pg_reload_conf()");
}

void postgres_server::start() {
  // A pipe that nobody reads would stop it when it is full.
  words command{"sh",  "-c",     "exec \"$@\" >>\"$0\" 2>&1", directory_ / "log", script,
                "run", cluster_, std::to_string(port())};
  for (const auto& setting : settings_)
    command.insert(command.end(), {"-c", setting});
  server_ = std::make_unique<process>(command, setting{.environment = environment_});
  run_program({script, "wait", std::to_string(port())});
}

void postgres_server::kill() {
  // The children must not go on for the moment in which they are told that the parent is gone.
  server_->signal(SIGSTOP);
  signal_all(children_of(server_->id()), SIGKILL);
  server_.reset();
}

void postgres_server::stop() {
  server_->signal(SIGINT);
  server_->wait();
  server_.reset();
}

void postgres_server::promote() {
  query("SELECT pg_promote()");
  wait_for_standby(false);
}

void postgres_server::freeze() const {
  server_->signal(SIGSTOP);
  signal_all(children_of(server_->id()), SIGSTOP);
}

void postgres_server::resume() const {
  signal_all(children_of(server_->id()), SIGCONT);
  server_->signal(SIGCONT);
}

words postgres_server::sessions() const {
  words found;
  for (const auto& child : children_of(server_->id()))
    if (title_of(child).starts_with(session_title))
      found.push_back(child);
  return found;
}

void postgres_server::stop_sessions() const {
  signal_all(sessions(), SIGSTOP);
}

void postgres_server::resume_sessions() const {
  signal_all(sessions(), SIGCONT);
}

}  // namespace support
