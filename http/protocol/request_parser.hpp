#pragma once

#include "http/protocol/body_budget.hpp"
#include "http/protocol/framing_guard.hpp"
#include "http/protocol/known_hosts.hpp"
#include "http/protocol/refusal.hpp"
#include "http/protocol/request.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace http {

enum class parse_state {
  need_more,  ///< feed more bytes
  complete,   ///< the request is complete, including its body; call restart() for the next one
  bad,        ///< why() has the refusal; no more input can be parsed
};

/// Parses HTTP/1.x requests (RFC 9112) incrementally with Beast's tokenizer. Stores
/// only the members of http::request. Refuses a message that exceeds counter::limits or breaks a
/// rule of framing_guard. Discards the body if the method has no use for one.
class request_parser {
public:
  /// Borrows both. `bodies` limits the memory of all bodies; null: no such limit. `hosts` are
  /// recognized in place of being checked and copied; null: none are known.
  explicit request_parser(body_budget* bodies = nullptr,
                          const known_hosts* hosts = nullptr) noexcept
      : bodies_(bodies),
        known_hosts_(hosts) {}
  ~request_parser() { forget_body(); }
  request_parser(const request_parser&) = delete;
  request_parser& operator=(const request_parser&) = delete;

  /// Parses further bytes and returns the number consumed, none past the end of the request. The
  /// next call must begin with the bytes that were not consumed.
  std::size_t parse(std::string_view bytes);

  parse_state state() const noexcept { return state_; }

  /// Valid in the state `complete`, until restart(). The method is valid as soon as it is parsed;
  /// the target stays until the next request begins.
  const http::request& request() const noexcept { return request_; }

  /// Valid in the state `bad`.
  const refusal& why() const noexcept { return *why_; }

  /// Returns true after the first byte of a request. An empty line before it does not count.
  bool has_begun() const noexcept { return has_begun_; }

  /// Returns true if the header is complete and the body is not.
  bool is_in_body() const noexcept;

  /// Returns the bytes of the body so far, stored or discarded.
  std::size_t body_bytes() const noexcept { return body_bytes_; }

  /// Returns true if the peer waits for `100 Continue` before it sends the body (RFC 9110 section
  /// 10.1.1): the caller should send it, and call confirm_continue().
  bool awaits_continue() const noexcept;

  /// Reports that `100 Continue` was sent.
  void confirm_continue() noexcept { is_continued_ = true; }

  /// Returns true if the request has Expect: 100-continue and a body, whether or not the peer
  /// waited. Call it in the state `complete`, or if is_in_body().
  bool expects_continue() const noexcept {
    return guard_.expects_continue() && request_.http_11 &&
           (is_in_body() || body_bytes_ > 0 || has_chunk_);
  }

  /// Drops the body that has arrived, and discards the rest. Call it if is_in_body().
  void discard_body() noexcept;

  /// Begins the next request. Call it in the state `complete`, or to drop a partial request.
  void restart();

  /// Frees each buffer that is larger than `bytes_max`. Call it only after restart().
  void shrink(std::size_t bytes_max);

private:
  static constexpr refusal malformed{status::bad_request, "malformed request\n"};
  static constexpr refusal long_target{status::uri_too_long, "the request target is too long\n"};

  /// The callbacks of Beast's parser, in a class of their own to hide Beast's names.
  class events final : public boost::beast::http::basic_parser<true> {
  public:
    explicit events(request_parser& parser);

    /// Sets the bytes that the next put() receives.
    void input(std::string_view bytes) noexcept { input_ = bytes; }

    /// Returns true if put() consumed a chunk header since the last call.
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

    void store(string_view body, error_code& ec);
    void read_connection(string_view options);
    const http::known_host* find_known_host(field name, string_view value) const noexcept;
    bool is_folded(string_view name, string_view value) const noexcept;
    void refuse(const refusal& why, error_code& ec);

    request_parser& parser_;
    std::string_view input_;
    bool had_chunk_header_ = false;
  };

  bool store_body(std::string_view piece);
  std::size_t skip_empty_line(std::string_view bytes) noexcept;
  std::size_t put(std::string_view bytes, boost::beast::error_code& error);
  bool is_bad_prefix(std::string_view bytes, bool was_in_header) const noexcept;
  void fail(const boost::beast::error_code& error, std::string_view rest);
  const refusal& too_long(std::string_view rest) const noexcept;
  void refuse(const refusal& why) noexcept;
  void forget_body() noexcept;
  bool check_sizes(bool was_in_header, std::size_t consumed, std::size_t waiting) noexcept;

  body_budget* const bodies_;
  const known_hosts* const known_hosts_;
  // Constructed anew for each request: Beast's parser cannot be reused.
  std::optional<events> events_;
  framing_guard guard_;
  http::request request_;
  const refusal* why_ = nullptr;
  std::size_t header_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  std::size_t chunk_overhead_ = 0;
  std::uint64_t chunk_left_ = 0;  // bytes of the current chunk that are not parsed
  parse_state state_ = parse_state::need_more;
  bool has_begun_ = false;
  bool has_request_line_ = false;
  bool has_skipped_line_ = false;  // an empty line before the request
  bool has_close_ = false;         // the option of Connection
  bool has_keep_alive_ = false;    // the same
  bool is_continued_ = false;
  bool has_chunk_ = false;  // a chunk header was consumed
  bool discards_body_ = false;
};

}  // namespace http
