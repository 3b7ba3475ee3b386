#include "counterctl/client/byte_stream.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <sys/socket.h>

namespace counterctl {

namespace ssl = boost::asio::ssl;

namespace {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
/// Sets the name that the server chooses its certificate by (RFC 6066 section 3). OpenSSL's macro
/// has a cast of C's.
bool set_server_name(SSL& session, const std::string& host) {
  return SSL_set_tlsext_host_name(&session, host.c_str()) == 1;
}
#pragma GCC diagnostic pop

}  // namespace

byte_stream::error_code byte_stream::connect(const protocol::endpoint& endpoint,
                                             time_point deadline) {
  close();
  return complete([&](auto handler) { socket_.async_connect(endpoint, handler); }, deadline);
}

byte_stream::error_code byte_stream::secure(const std::string& host, time_point deadline) {
  if (!authorities_) {
    authorities_.emplace(ssl::context::tls_client);
    authorities_->set_default_verify_paths();
  }
  certificate_problem_.clear();
  tls_.emplace(socket_, *authorities_);
  tls_->set_verify_mode(ssl::verify_peer);
  // The certificate must be for the host: for an address, or for a name, which the server is told
  // (RFC 6066 section 3).
  auto& session = *tls_->native_handle();
  auto* rules = ::SSL_get0_param(&session);
  if (::X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) != 1 &&
      (::X509_VERIFY_PARAM_set1_host(rules, host.c_str(), 0) != 1 ||
       !set_server_name(session, host)))
    throw std::runtime_error{"TLS has no memory"};
  const auto error = complete(
      [&](auto handler) { tls_->async_handshake(ssl::stream_base::client, handler); }, deadline);
  if (error && tls_)
    if (const auto result = ::SSL_get_verify_result(tls_->native_handle()); result != X509_V_OK)
      certificate_problem_ = ::X509_verify_cert_error_string(result);
  return error;
}

void byte_stream::close() noexcept {
  error_code ignored;
  socket_.close(ignored);
  if (!tls_)
    return;
  loop_.restart();
  loop_.poll();  // operations that are cut off refer to it
  tls_.reset();
}

bool byte_stream::is_stale() {
  char byte = 0;
  const auto size = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  // TLS may have sent us tickets, so there only an end counts.
  return size == 0 || (size > 0 && !tls_);
}

}  // namespace counterctl
