#include "counterctl/client/connection.hpp"

#include "counterctl/client/byte_stream.hpp"
#include "counterctl/client/name_lookup.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <charconv>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace counterctl {

namespace {

namespace http = boost::beast::http;
using boost::system::error_code;
using parser = http::response_parser<http::string_body>;
using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

// A page of 1000 counters has 2 MB at most; a proxy's page of an error is no larger either.
constexpr std::size_t response_bytes_max = 64 * 1024 * 1024;
constexpr std::uint32_t header_bytes_max = 64 * 1024;
constexpr int interim_responses_max = 16;

std::string reason_of(const error_code& error) {
  if (error == http::error::end_of_stream || error == http::error::partial_message)
    return "the server has closed the connection";
  if (error == boost::asio::error::timed_out)
    return "no answer in time";
  if (error.category() == http::make_error_code(http::error::bad_version).category())
    return "this is no answer of an HTTP server: " + error.message();
  return error.message();
}

std::chrono::seconds retry_after_of(std::string_view text) {
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  return std::chrono::seconds{is_number ? seconds : 0};
}

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

response to_response(const http::response<http::string_body>& message) {
  return {message.result_int() > 0 ? static_cast<int>(message.result_int()) : 0, message.body(),
          retry_after_of(view(message[http::field::retry_after])),
          std::string{view(message[http::field::location])},
          view(message["Idempotency-Replayed"]) == "true"};
}

}  // namespace

class connection::impl {
public:
  impl(const server_address& address, const std::string& token)
      : address_(address),
        token_(token),
        stream_(loop_) {}

  response exchange(const request& request, time_point deadline) {
    open(deadline);
    was_sent_ = true;
    const auto message = to_message(request);
    check(stream_.complete([&](auto handler) { http::async_write(stream_, message, handler); },
                           deadline));
    auto& parser = read_header(deadline);
    check(stream_.complete(
        [&](auto handler) { http::async_read(stream_, buffer_, parser, handler); }, deadline));
    auto response = to_response(parser.get());
    if (!parser.get().keep_alive())
      close();
    return response;
  }

  response open_stream(const std::string& target, time_point deadline) {
    open(deadline);
    auto message = to_message({.target = target});
    message.set(http::field::accept, "text/event-stream");
    check(stream_.complete([&](auto handler) { http::async_write(stream_, message, handler); },
                           deadline));
    auto& parser = read_header(deadline);
    if (parser.get().result() == http::status::ok) {
      parser.body_limit(boost::none);
      return {200};
    }
    check(stream_.complete(
        [&](auto handler) { http::async_read(stream_, buffer_, parser, handler); }, deadline));
    auto response = to_response(parser.get());
    close();
    return response;
  }

  std::string read_stream(time_point deadline) {
    while (!parser_->is_done() && parser_->get().body().empty()) {
      const auto error = stream_.complete(
          [&](auto handler) { http::async_read_some(stream_, buffer_, *parser_, handler); },
          deadline);
      if (error && error != http::error::end_of_stream)
        check(error);
    }
    return std::exchange(parser_->get().body(), {});
  }

  void close() noexcept {
    stream_.close();
    buffer_.clear();
    was_sent_ = false;
  }

  bool was_sent() const noexcept { return was_sent_; }

private:
  /// Reads the header of the final response: interim ones are skipped (RFC 9110 section 15.2).
  parser& read_header(time_point deadline) {
    for (int responses = 0; responses < interim_responses_max; ++responses) {
      parser_.emplace();
      parser_->body_limit(response_bytes_max);
      parser_->header_limit(header_bytes_max);
      check(stream_.complete(
          [&](auto handler) { http::async_read_header(stream_, buffer_, *parser_, handler); },
          deadline));
      if (parser_->get().result_int() >= 200)
        return *parser_;
    }
    throw std::runtime_error{"the server sends interim responses only"};
  }

  http::request<http::string_body> to_message(const request& request) const {
    http::request<http::string_body> message;
    message.method_string(request.method);
    message.target(address_.base_path + request.target);
    message.set(http::field::host, address_.authority);
    message.set(http::field::user_agent, "counterctl/" COUNTERD_VERSION);
    message.set(http::field::accept, "application/json");
    if (!token_.empty())
      message.set(http::field::authorization, "Bearer " + token_);
    if (!request.key.empty())
      message.set("Idempotency-Key", request.key);
    if (request.key_ttl.count() > 0)
      message.set("Idempotency-Key-TTL", std::to_string(request.key_ttl.count()));
    if (!request.body.empty())
      message.set(http::field::content_type, "application/json");
    message.body() = request.body;
    message.prepare_payload();
    return message;
  }

  void check(const error_code& error) const {
    if (error)
      throw std::runtime_error{reason_of(error)};
  }

  void open(time_point deadline) {
    // Bytes that are left over belong to no request.
    if (stream_.is_open() && buffer_.size() == 0 && !stream_.is_stale())
      return;
    close();
    const auto addresses = address_.kind == transport::unix_socket
                               ? std::vector{unix_address(address_.host)}
                               : look_up(address_.host, address_.port, deadline);
    error_code error;
    for (auto left = addresses.size(); left > 0; --left) {
      const auto& address = addresses[addresses.size() - left];
      const byte_stream::protocol::endpoint endpoint{&address.bytes, address.size};
      // What does not answer leaves time for the others.
      const auto now = clock::now();
      error = stream_.connect(endpoint, now + (deadline - now) / static_cast<int>(left));
      if (!error)
        break;
    }
    check(error);
    if (address_.kind != transport::https)
      return;
    error = stream_.secure(address_.host, deadline);
    if (!stream_.certificate_problem().empty())
      throw unreachable{"the certificate of " + address_.host +
                        " is refused: " + stream_.certificate_problem()};
    if (error.category() == boost::asio::error::get_ssl_category())
      throw unreachable{"this is no TLS server: " + error.message()};
    check(error);
  }

  const server_address address_;
  const std::string token_;
  boost::asio::io_context loop_{1};
  byte_stream stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<parser> parser_;  // of the response that is arriving
  bool was_sent_ = false;
};

connection::connection(const server_address& address, const std::string& token)
    : impl_(std::make_unique<impl>(address, token)) {}

connection::~connection() = default;

namespace {

/// Closes the connection of an exchange that fails, and says whether the request was sent.
template <class Impl, class Do>
auto attempt(Impl& impl, Do act) {
  try {
    return act(impl);
  } catch (const unreachable&) {
    impl.close();
    throw;
  } catch (const std::runtime_error& error) {
    const bool was_sent = impl.was_sent();
    impl.close();
    throw connection_error{error.what(), was_sent};
  }
}

}  // namespace

response connection::exchange(const request& request, time_point deadline) {
  return attempt(*impl_, [&](impl& one) { return one.exchange(request, deadline); });
}

response connection::open_stream(const std::string& target, time_point deadline) {
  return attempt(*impl_, [&](impl& one) { return one.open_stream(target, deadline); });
}

std::string connection::read_stream(time_point deadline) {
  return attempt(*impl_, [&](impl& one) { return one.read_stream(deadline); });
}

void connection::close() noexcept {
  impl_->close();
}

}  // namespace counterctl
