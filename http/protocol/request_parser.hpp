#pragma once

#include "http/protocol/body_budget.hpp"
#include "http/protocol/framing_guard.hpp"
#include "http/protocol/refusal.hpp"
#include "http/protocol/request.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace http {

enum class parse_state {
  need_more,  ///< feed more bytes
  complete,   ///< the request is whole, its body read; restart() for the next
  bad,        ///< why() tells; nothing more can be parsed
};

/// Bytes -> request. Parses HTTP/1.0 and HTTP/1.1 (RFC 9112) with Beast's
/// tokenizer, keeps only what is needed, and refuses what breaks the limits or
/// the framing guard. Bodies are read within the limits, and thrown away where
/// the method has no use for one.
class request_parser {
public:
  /// Bodies are taken off `bodies`, which is borrowed, unless null.
  explicit request_parser(body_budget* bodies = nullptr) noexcept : bodies_(bodies) {}
  ~request_parser() { forget_body(); }
  request_parser(const request_parser&) = delete;
  request_parser& operator=(const request_parser&) = delete;

  /// Parses on. Returns how many bytes were used up; those that were not must
  /// be the first ones of the next call. Uses nothing past the request's end.
  std::size_t parse(std::string_view bytes);

  parse_state state() const noexcept { return state_; }

  /// Valid from the end of the request to restart(), which leaves the target;
  /// the method is known as soon as it is parsed.
  const http::request& request() const noexcept { return request_; }

  const refusal& why() const noexcept { return why_; }

  /// A request has begun: at least one byte of it was seen.
  bool has_begun() const noexcept { return has_begun_; }

  /// The header is over, the body is not.
  bool is_in_body() const noexcept;

  /// The peer waits for `100 Continue` before it sends its body.
  bool awaits_continue() const noexcept;

  /// `100 Continue` was sent.
  void confirm_continue() noexcept { is_continued_ = true; }

  void restart();

  /// Gives memory back where there is more than `kept_bytes` of it; only after
  /// restart().
  void shrink(std::size_t kept_bytes);

private:
  /// What Beast's parser calls back; here to keep its names out of the rest.
  class events final : public boost::beast::http::basic_parser<true> {
  public:
    explicit events(request_parser& parser);

    /// The bytes that the next put() is given.
    void input(std::string_view bytes) noexcept { input_ = bytes; }

    /// Whether put() took a chunk's header since this was asked last.
    bool take_had_chunk_header() noexcept { return std::exchange(had_chunk_header_, false); }

  private:
    using error_code = boost::beast::error_code;
    using string_view = boost::beast::string_view;
    using field = boost::beast::http::field;
    using verb = boost::beast::http::verb;

    void on_request_impl(verb method, string_view method_text, string_view target, int version,
                         error_code& ec) override;
    void on_field_impl(field name, string_view name_text, string_view value,
                       error_code& ec) override;
    void on_header_impl(error_code& ec) override;
    std::size_t on_body_impl(string_view body, error_code& ec) override;
    void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& ec) override;
    std::size_t on_chunk_body_impl(std::uint64_t remain, string_view body, error_code& ec) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    void on_finish_impl(error_code&) override {}
    void on_response_impl(int, string_view, int, error_code&) override {}

    void keep(string_view body, error_code& ec);
    bool is_folded(string_view name, string_view value) const noexcept;
    void refuse(const refusal& why, error_code& ec);

    request_parser& parser_;
    std::string_view input_;
    bool had_chunk_header_ = false;
  };

  void fail(const boost::beast::error_code& error);
  void refuse(const refusal& why) noexcept;
  void forget_body() noexcept;
  void check_sizes(bool was_in_header, std::size_t taken, std::size_t waiting) noexcept;

  body_budget* const bodies_;
  // Constructed anew for each request: Beast's parser cannot be used again.
  std::optional<events> events_;
  framing_guard guard_;
  http::request request_;
  refusal why_;
  std::size_t header_bytes_ = 0;
  std::size_t chunk_overhead_ = 0;
  parse_state state_ = parse_state::need_more;
  bool has_begun_ = false;
  bool has_request_line_ = false;
  bool is_continued_ = false;
};

}  // namespace http
