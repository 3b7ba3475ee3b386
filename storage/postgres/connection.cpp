#include "storage/postgres/connection.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <functional>
#include <optional>
#include <utility>

#include <poll.h>

namespace storage::postgres {

namespace {

constexpr int binary = 1;

/// Returns the first line: hints follow it.
std::string one_line(const char* message) {
  const std::string text{message != nullptr ? message : ""};
  return text.substr(0, text.find('\n'));
}

/// libpq keeps no SQLSTATE of a connection that was refused. In a verbose message it is between the
/// severity and the text: `FATAL:  28P01: password authentication failed`.
error connection_error(const char* message) {
  const auto text = one_line(message);
  constexpr std::size_t state_bytes = 5;
  for (auto at = text.find(":  "); at != text.npos; at = text.find(":  ", at + 1)) {
    const auto state = text.substr(at + 3, state_bytes);
    const auto rest = at + 3 + state_bytes;
    if (text.compare(rest, 2, ": ") != 0 ||
        !std::all_of(state.begin(), state.end(),
                     [](unsigned char c) { return std::isdigit(c) || std::isupper(c); }))
      continue;
    return {failure_of(state), state, text.substr(rest + 2)};
  }
  return {failure::lost, "", text};
}

std::string field(const PGresult* result, int code) {
  const char* value = PQresultErrorField(result, code);
  return value != nullptr ? value : "";
}

}  // namespace

std::string text_for(std::string_view schema, std::string_view text) {
  constexpr std::string_view placeholder = ":schema";
  std::string filled{text};
  for (auto at = filled.find(placeholder); at != filled.npos; at = filled.find(placeholder, at))
    filled.replace(at, placeholder.size(), schema);
  return filled;
}

// -- result -----------------------------------------------------------------------

void result::free(pg_result* owned) noexcept {
  PQclear(owned);
}

std::size_t result::rows() const noexcept {
  return static_cast<std::size_t>(PQntuples(result_.get()));
}

bool result::is_null(std::size_t row, int column) const noexcept {
  return PQgetisnull(result_.get(), static_cast<int>(row), column) != 0;
}

std::int64_t result::number(std::size_t row, int column) const {
  return to_int8(bytes(row, column));
}

std::string_view result::bytes(std::size_t row, int column) const noexcept {
  const auto at = static_cast<int>(row);
  return {PQgetvalue(result_.get(), at, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), at, column))};
}

// -- connection -------------------------------------------------------------------

connection::connection(const settings& to, clock::time_point deadline, std::string_view schema,
                       std::atomic<std::uint64_t>& round_trips)
    : connection_(nullptr, &PQfinish),
      round_trips_(round_trips),
      schema_(schema) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : to) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(PQconnectStartParams(names.data(), values.data(), 0));
  if (connection_ == nullptr)
    throw error{failure::lost, "", "out of memory"};
  connect(deadline);
  PQsetErrorVerbosity(connection_.get(), PQERRORS_DEFAULT);
  PQsetNoticeReceiver(connection_.get(), &receive, this);
  if (PQsetnonblocking(connection_.get(), 1) != 0 || PQenterPipelineMode(connection_.get()) != 1)
    fail_lost();
}

connection::~connection() = default;

void connection::connect(clock::time_point deadline) {
  auto* const self = connection_.get();
  PQsetErrorVerbosity(self, PQERRORS_VERBOSE);  // for connection_error()
  auto next = PGRES_POLLING_WRITING;
  if (PQstatus(self) == CONNECTION_BAD)
    next = PGRES_POLLING_FAILED;
  while (next != PGRES_POLLING_OK) {
    if (next == PGRES_POLLING_FAILED && PQconnectionNeedsPassword(self) != 0)
      throw error{failure::refused, "", one_line(PQerrorMessage(self))};
    if (next == PGRES_POLLING_FAILED)
      throw connection_error(PQerrorMessage(self));
    wait(next == PGRES_POLLING_WRITING, deadline);
    next = PQconnectPoll(self);
  }
}

int connection::version() const noexcept {
  return PQserverVersion(connection_.get());
}

void connection::fail_lost() const {
  throw error{failure::lost, "", one_line(PQerrorMessage(connection_.get()))};
}

void connection::receive(void* self, const pg_result* notice) {
  if (field(notice, PG_DIAG_SEVERITY_NONLOCALIZED) == "WARNING")
    static_cast<connection*>(self)->has_warned_ = true;
}

// -- waiting ------------------------------------------------------------------------

void connection::watch_silence(clock::duration pause, std::function<void()> on_silence,
                               std::function<bool()> is_over) {
  silence_max_ = pause;
  on_silence_ = std::move(on_silence);
  is_over_ = std::move(is_over);
}

void connection::wait(bool for_writing, clock::time_point deadline) const {
  const short wanted = for_writing ? POLLIN | POLLOUT : POLLIN;
  const auto next_look = [&] {
    return is_over_ ? std::min(deadline, clock::now() + silence_max_) : deadline;
  };
  for (auto look_at = next_look();;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(look_at - clock::now());
    pollfd entry{PQsocket(connection_.get()), wanted, 0};
    const int ready =
        ::poll(&entry, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000)));
    if (ready > 0)
      return;
    if (ready < 0 && errno != EINTR)
      throw error{failure::lost, "", std::strerror(errno)};
    const auto now = clock::now();
    if (now >= deadline)
      throw error{failure::silent, "", "the database has not replied in time"};
    if (now < look_at)
      continue;
    on_silence_();
    if (is_over())
      throw replaced_primary();
    look_at = next_look();
  }
}

/// Sends everything; reads meanwhile, or both sides might wait for each other.
void connection::flush(clock::time_point deadline) {
  for (;;) {
    const int unsent = PQflush(connection_.get());
    if (unsent == 0)
      return;
    if (unsent < 0)
      fail_lost();
    wait(true, deadline);
    if (PQconsumeInput(connection_.get()) == 0)
      fail_lost();
  }
}

/// Returns the next result; null at the end of those of a statement.
pg_result* connection::receive_result(clock::time_point deadline) {
  while (PQisBusy(connection_.get()) != 0) {
    wait(false, deadline);
    if (PQconsumeInput(connection_.get()) == 0)
      fail_lost();
  }
  return PQgetResult(connection_.get());
}

// -- statements -----------------------------------------------------------------------

void connection::prepare(std::span<const statement* const> prepared, clock::time_point deadline) {
  std::map<const statement*, std::string> names;
  for (const auto* each : prepared) {
    const auto text = text_for(schema_, each->text);
    const auto& name = names[each] = std::string{"counterd_"} + each->name + '_' +
                                     std::to_string(std::hash<std::string>{}(text));
    if (PQsendPrepare(connection_.get(), name.c_str(), text.c_str(), 0, nullptr) != 1)
      fail_lost();
    ++added_;
  }
  run(deadline);
  prepared_ = std::move(names);
}

connection& connection::add(const statement& sent, const parameters& with) {
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (std::size_t i = 0; i < with.size(); ++i) {
    values.push_back(with[i].data());
    lengths.push_back(static_cast<int>(with[i].size()));
  }
  const std::vector<int> formats(with.size(), binary);
  const auto count = static_cast<int>(with.size());
  const auto known = prepared_.find(&sent);
  const int is_sent =
      known != prepared_.end()
          ? PQsendQueryPrepared(connection_.get(), known->second.c_str(), count, values.data(),
                                lengths.data(), formats.data(), binary)
          : PQsendQueryParams(connection_.get(), text_for(schema_, sent.text).c_str(), count,
                              nullptr, values.data(), lengths.data(), formats.data(), binary);
  if (is_sent != 1)
    fail_lost();
  ++added_;
  return *this;
}

std::vector<result> connection::run(clock::time_point deadline) {
  round_trips_.fetch_add(1, std::memory_order_relaxed);
  if (PQpipelineSync(connection_.get()) != 1)
    fail_lost();
  flush(deadline);
  std::vector<result> results;
  std::optional<error> first;
  for (auto left = std::exchange(added_, 0); left > 0; --left) {
    has_warned_ = false;
    auto* const received = receive_result(deadline);
    if (received == nullptr)
      fail_lost();
    results.emplace_back(received);
    const auto status = PQresultStatus(received);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK &&
        status != PGRES_PIPELINE_ABORTED && !first) {
      const auto state = field(received, PG_DIAG_SQLSTATE);
      first.emplace(failure_of(state), state, one_line(PQresultErrorMessage(received)));
      if (is_lost(*first))
        throw *first;
    }
    if (auto* const end = receive_result(deadline); end != nullptr) {
      PQclear(end);
      fail_lost();
    }
  }
  auto* const end = receive_result(deadline);
  const result synced{end};
  if (end == nullptr || PQresultStatus(end) != PGRES_PIPELINE_SYNC)
    fail_lost();
  if (first)
    throw *first;
  return results;
}

}  // namespace storage::postgres
