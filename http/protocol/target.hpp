#pragma once

#include <string>
#include <string_view>

namespace http {

/// A request target (RFC 9112 section 3.2), split into path and query. Reuses its memory.
class target {
public:
  /// `form`: the target has no known form. `path`, `query`: the part has an invalid
  /// percent-encoding, does not decode to UTF-8, or contains bytes that must be encoded (`#` or
  /// anything outside ASCII).
  enum class defect { none, form, path, query };

  /// Parses origin-form, absolute-form (its authority is ignored) and `*`. Borrows `raw` until the
  /// next parse(). After a defect only raw_path() and raw_query() may be called.
  defect parse(std::string_view raw);

  /// Returns the path, percent-encoded so that `%2F` is no separator. Without a defect it is `*` or
  /// begins with `/`.
  std::string_view raw_path() const noexcept { return path_; }

  /// Returns true if the path or the query has an encoded byte. Call it if there is no defect.
  bool is_encoded() const noexcept { return is_encoded_; }

  /// Returns the query, percent-encoded and without its question mark; empty if there is none.
  std::string_view raw_query() const noexcept { return query_; }

  enum class lookup { missing, found, repeated };

  struct parameter {
    target::lookup lookup = lookup::missing;
    std::string_view value;  ///< decoded, valid until the next call of find() or parse()
  };

  /// Finds the query parameter `name`, which has no `%` and no `+`; `+` in the query stands for a
  /// space. A repeated parameter has no value.
  parameter find(std::string_view name);

private:
  void split_path(std::string_view rest) noexcept;

  std::string_view path_;
  std::string_view query_;
  bool is_encoded_ = false;
  std::string decoded_name_;
  std::string decoded_value_;
};

}  // namespace http
