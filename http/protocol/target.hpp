#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace http {

/// A request target (RFC 9112 section 3.2): its path and its query, decoded.
/// Views it gives out are valid until the next parse() or find().
class target {
public:
  /// What is wrong with a target: its form, or a part that has a bad
  /// percent-encoding, decodes to something that is not UTF-8, or has bytes that
  /// must be encoded (a `#`, anything outside ASCII).
  enum class defect { none, form, path, query };

  /// Takes origin-form, absolute-form (its authority does not count) and `*`.
  /// `raw` is borrowed as long as the target is used. Where a part is bad only
  /// the raw ones may be asked for.
  defect parse(std::string_view raw);

  /// Still percent-encoded, so that `%2F` does not separate. `*` or starts
  /// with `/`.
  std::string_view raw_path() const noexcept { return path_; }

  /// Without the question mark.
  std::string_view raw_query() const noexcept { return query_; }

  /// True if the path is `decoded_path`, however it is encoded.
  bool is_path(std::string_view decoded_path);

  enum class lookup { missing, found, repeated };

  struct parameter {
    target::lookup lookup = lookup::missing;
    std::string_view value;  ///< decoded; of the first one
  };

  /// The query parameter `name`, where `+` stands for a space.
  parameter find(std::string_view name);

  /// Gives memory back where there is more than `kept_bytes` of it; nothing of
  /// the target is used any more.
  void shrink(std::size_t kept_bytes);

private:
  std::string_view path_;
  std::string_view query_;
  std::string decoded_name_;
  std::string decoded_value_;
};

}  // namespace http
