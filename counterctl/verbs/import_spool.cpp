#include "counterctl/verbs/import_spool.hpp"

#include "counter/integer.hpp"
#include "counterctl/failure.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string_view>

#include <unistd.h>

namespace counterctl {

namespace {

// A record is a line: names have no control characters.
constexpr char separator = '\t';

[[noreturn]] void fail(const char* what) {
  throw failure{exit_code::usage, std::string{what} + " the temporary file fails: " +
                                      std::strerror(errno) + " (TMPDIR names its directory)"};
}

std::FILE* open_temporary() {
  const char* directory = std::getenv("TMPDIR");
  auto path = std::string{directory != nullptr && *directory != '\0' ? directory : "/tmp"} +
              "/counterctl-XXXXXX";
  const int descriptor = ::mkstemp(path.data());
  if (descriptor < 0)
    fail("creating");
  ::unlink(path.c_str());
  auto* file = ::fdopen(descriptor, "w+");
  if (file == nullptr)
    fail("opening");
  return file;
}

std::string_view take_field(std::string_view& line) {
  const auto field = line.substr(0, line.find(separator));
  line.remove_prefix(std::min(field.size() + 1, line.size()));
  return field;
}

/// Parses a number that append() has written.
std::int64_t number_of(std::string_view field) {
  return counter::parse_integer(field).value_or(0);
}

}  // namespace

import_spool::import_spool() : file_(open_temporary()) {}

std::string digest_of(const std::string& text) {
  return boost::uuids::to_string(boost::uuids::name_generator_sha1{boost::uuids::ns::oid()}(text));
}

void import_spool::append(const spooled_entry& entry) {
  const auto& [name, value, expires_at] = entry.entry;
  const auto content = name + separator + std::to_string(value);
  ++size_;
  // A counter that expires may be gone the next time, and is not in the digest. A chain, so that
  // the order of the others counts.
  const auto index = expires_at ? expiring_[std::hash<std::string>{}(content)]++ : permanent_++;
  if (!expires_at)
    digest_ = digest_of(digest_ + content);
  const auto line = std::to_string(entry.line) + separator + std::to_string(index) + separator +
                    (expires_at ? std::to_string(expires_at->time_since_epoch().count()) : "") +
                    separator + std::to_string(value) + separator + name + '\n';
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size())
    fail("writing");
}

void import_spool::rewind() {
  if (std::fflush(file_.get()) != 0 || std::fseek(file_.get(), 0, SEEK_SET) != 0)
    fail("writing");
}

std::optional<spooled_entry> import_spool::next() {
  std::string text;
  int c = 0;
  while ((c = std::getc(file_.get())) != EOF && c != '\n')
    text += static_cast<char>(c);
  if (c == EOF) {
    if (std::ferror(file_.get()) != 0)
      fail("reading");
    return std::nullopt;
  }
  std::string_view line{text};
  spooled_entry entry;
  entry.line = static_cast<std::uint64_t>(number_of(take_field(line)));
  entry.index = static_cast<std::uint64_t>(number_of(take_field(line)));
  if (const auto expiry = take_field(line); !expiry.empty())
    entry.entry.expires_at = expiry_time{std::chrono::milliseconds{number_of(expiry)}};
  entry.entry.value = number_of(take_field(line));
  entry.entry.name = line;
  return entry;
}

}  // namespace counterctl
