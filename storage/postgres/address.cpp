#include "storage/postgres/address.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace storage::postgres {

namespace {

/// What every session has. A statement that waits for longer than any client is cancelled by the
/// server, except for a commit that waits for its standby. A client whose machine is gone keeps its
/// locks for some seconds. A generic plan saves planning each
/// statement; those of this room need no other. It must not be a plan for the empty table that was
/// there when the server last looked, so tables are not scanned where there is an index; and the
/// scans of small tables that are left must not seem dear enough to be compiled.
constexpr std::string_view session_options =
    "-c statement_timeout=5s -c lock_timeout=2s -c idle_in_transaction_session_timeout=10s "
    "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off "
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 "
    "-c tcp_user_timeout=5000";

const connection::settings defaults = {
    {"application_name", "counterd"}, {"client_encoding", "UTF8"}, {"keepalives_idle", "5"},
    {"keepalives_interval", "1"},     {"keepalives_count", "3"},   {"tcp_user_timeout", "5000"},
};

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> items;
  std::size_t begin = 0;
  for (;;) {
    const auto end = list.find(',', begin);
    items.push_back(list.substr(begin, end - begin));
    if (end == list.npos)
      return items;
    begin = end + 1;
  }
}

std::string item(const std::vector<std::string>& items, std::size_t index) {
  // One port is that of all hosts.
  return items.size() == 1 ? items[0] : index < items.size() ? items[index] : "";
}

bool is_local(std::string_view name) {
  return name.empty() || name.starts_with('/') || name.starts_with('@') || name == "localhost" ||
         name.starts_with("127.") || name == "::1";
}

}  // namespace

address::address(const std::string& url) {
  if (!url.starts_with("postgresql://") && !url.starts_with("postgres://"))
    throw std::runtime_error("--engine: the address of a database begins with postgresql://");
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed{
      PQconninfoParse(url.c_str(), &message), &PQconninfoFree};
  PQfreemem(message);
  if (!parsed)
    throw std::runtime_error("--engine: it is no valid address of a PostgreSQL database");
  common_ = defaults;
  for (const auto* option = parsed.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr)
      common_[option->keyword] = option->val;
  const auto take = [this](const char* name) {
    auto value = common_.contains(name) ? common_[name] : std::string{};
    common_.erase(name);
    return value;
  };
  const auto names = split(take("host"));
  const auto addresses = split(take("hostaddr"));
  const auto ports = split(take("port"));
  for (std::size_t i = 0; i < std::max(names.size(), addresses.size()); ++i) {
    hosts_.push_back({item(names, i), item(addresses, i), item(ports, i)});
    const auto& [name, numeric, port] = hosts_.back();
    // Part of a password, which must not be shown.
    if (name.find('@') != name.npos)
      throw std::runtime_error("--engine: write an @ in a password as %40");
    const auto& shown = name.empty() ? numeric : name;
    text_ +=
        (i > 0 ? "," : "") + (shown.empty() ? "local" : shown) + (port.empty() ? "" : ":" + port);
    if (!is_local(numeric.empty() ? name : numeric))
      is_exposed_ = true;
  }
  const auto mode = common_.contains("sslmode") ? common_["sslmode"] : "";
  is_exposed_ = is_exposed_ && mode != "require" && mode != "verify-ca" && mode != "verify-full";
  if (common_.contains("dbname"))
    text_ += "/" + common_["dbname"];
  auto& options = common_["options"];
  options = std::string{session_options} + (options.empty() ? "" : " ") + options;
  // Each connection is to one host: which is next, is not for libpq to decide.
  common_["target_session_attrs"] = "read-write";
}

connection::settings address::settings_of(std::size_t index) const {
  auto settings = common_;
  const auto& [name, numeric, port] = hosts_[index % hosts_.size()];
  const auto set = [&settings](const char* key, const std::string& value) {
    if (!value.empty())
      settings[key] = value;
  };
  set("host", name);
  set("hostaddr", numeric);
  set("port", port);
  return settings;
}

}  // namespace storage::postgres
