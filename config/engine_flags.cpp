#include "config/engine_flags.hpp"

#include "config/value_flags.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>

namespace config {

namespace {

/// One shard waits for the database while the others work.
constexpr unsigned shards_default = 4;
constexpr std::chrono::minutes timeout_max{10};
constexpr std::string_view hidden = "***";

/// A name of PostgreSQL that needs no quotes.
std::string refuse_schema(const std::string& text) {
  const auto is_lower = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const bool is_valid = !text.empty() && text.size() <= 63 && is_lower(text.front()) &&
                        !text.starts_with("pg_") &&
                        std::all_of(text.begin(), text.end(),
                                    [&](char c) { return is_lower(c) || (c >= '0' && c <= '9'); });
  return is_valid ? "" : text + " is not up to 63 of a-z, 0-9 and _, beginning with a letter";
}

}  // namespace

std::string hide_password(std::string_view url) {
  std::string shown{url};
  const auto user = shown.find("://");
  // The last @: one in the password should be written as %40, but may not be.
  const auto host = shown.rfind('@', shown.find('?'));
  const auto password = user == shown.npos ? user : shown.find(':', user + 3);
  if (host != shown.npos && password < host)
    shown.replace(password + 1, host - password - 1, hidden);
  for (const std::string_view name : {"password=", "sslpassword="})
    for (auto at = shown.find(name); at != shown.npos; at = shown.find(name, at + 1)) {
      if (at == 0 || (shown[at - 1] != '?' && shown[at - 1] != '&'))
        continue;
      const auto begin = at + name.size();
      shown.replace(begin, std::min(shown.find('&', begin), shown.size()) - begin, hidden);
    }
  return shown;
}

engine_flags::engine_flags(CLI::App& app, flag_set& flags, options& options)
    : flags_(flags),
      options_(options),
      schema_(app.add_subcommand("engine-schema",
                                 "Print the SQL that makes the tables of --engine, and exit")) {
  auto& storage = options.storage;
  flags_.add("engine",
             {"URL", "",
              "Count in this PostgreSQL database, which other servers may use, too: "
              "postgresql://USER@HOST/DATABASE; a password is better in COUNTERD_ENGINE"},
             [&storage](const std::string& text) {
               storage.engine = text;
               return text.starts_with("postgresql://") || text.starts_with("postgres://")
                          ? std::string{}
                          : "the address of a database begins with postgresql://";
             });
  flags_.hide("engine", &hide_password);
  flags_.add("engine-schema", {"NAME", storage.engine_schema, "The schema that has the tables"},
             [&storage](const std::string& text) {
               storage.engine_schema = text;
               return refuse_schema(text);
             });
  add_duration(flags_, "engine-timeout", storage.engine_timeout,
               "How long a request waits for the database; then 503", {timeout_max});
  add_choice(flags_, "engine-reads", reads_, {"confirmed", "primary"},
             "What a read waits for: that the database confirms it, or only its answer");
  add_choice(flags_, "engine-prepare", prepare_, {"auto", "off"},
             "Whether statements are prepared; off for a pooler that moves sessions");
  schema_->fallthrough();
}

bool engine_flags::is_schema_asked_for() const {
  return schema_->parsed();
}

std::string engine_flags::finish() {
  auto& storage = options_.storage;
  if (storage.engine.empty()) {
    for (const std::string flag :
         {"engine-schema", "engine-timeout", "engine-reads", "engine-prepare"})
      if (!flags_.source(flag).empty() && !is_schema_asked_for())
        return flags_.source(flag) + " needs --engine";
    return {};
  }
  for (const std::string flag : {"data", "sync", "sync-interval", "memory"})
    if (!flags_.source(flag).empty())
      return flags_.source(flag) + " does not go with --engine: the database stores the counters";
  storage.durability = {counter::durability::sync::always};
  storage.engine_confirms_reads = reads_ == "confirmed";
  storage.engine_prepares = prepare_ == "auto";
  if (flags_.source("shards").empty()) {
    options_.shards = shards_default;
    flags_.set_default("shards", std::to_string(shards_default));
  }
  return {};
}

}  // namespace config
