#pragma once

#include "http/api/request_context.hpp"
#include "http/protocol/known_hosts.hpp"
#include "http/protocol/request.hpp"
#include "rights/access_policy.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace http {

/// Distinguishes requests that a page of another site had a browser send from those of a user. A
/// server on this machine, or in a network that strangers do not reach, is still reached by every
/// page that somebody there looks at:
///
/// - A page may send any GET, and any POST that a form can send, anywhere. Browsers say so in
///   Sec-Fetch-Site (W3C, "Fetch Metadata Request Headers"), and for most methods in Origin (Fetch
///   standard, section 3.2). accepts_site() goes by them as net/http.CrossOriginProtection of Go
///   does, except that here GET may change a counter and is no safe method.
/// - A page whose own name its owner points at this machine counts as the same site ("DNS
///   rebinding"). Its requests have that name in Host, and accepts_host() refuses it.
///
/// A client that is no browser sends none of these fields and passes. One guard for each event
/// loop: used on its thread.
class browser_guard {
public:
  explicit browser_guard(const rights::browser_policy& policy = {});
  browser_guard(const browser_guard&) = delete;
  browser_guard& operator=(const browser_guard&) = delete;

  /// Replaces the policy, for the next request on.
  void set_policy(const rights::browser_policy& policy);

  /// Returns true if the server answers for the request's Host: localhost, names that end with
  /// .localhost, addresses, and the policy's hosts. Returns true, too, if the request has no Host,
  /// or came from another machine and the policy does not ask for the check.
  bool accepts_host(const request& request, const connection_info& connection) {
    return (request.known_host != nullptr && request.known_host->is_ours) ||
           accepts_other_host(request, connection);
  }

  /// Returns false if a page of another site may have sent the request, unless the policy allows
  /// that. Call it for requests that change something or are costly.
  bool accepts_site(const request& request) const {
    using field = header_fields::name;
    return !request.fields.has_any({field::origin, field::sec_fetch_site, field::browser_agent}) ||
           accepts_page(request);
  }

  /// Returns true if a browser asks whether a page may send a request (Fetch standard, section
  /// 3.2.2, "CORS-preflight request").
  static bool is_preflight(const request& request) noexcept;

  /// Returns true if the policy opens the server to the page that the request comes from.
  bool accepts_origin(const request& request) const;

  /// Returns further fields for the response, as complete lines; null if there are none: for a
  /// client that is no browser, unless the policy has origins. Valid as long as the guard, whatever
  /// policy it gets. `has_content_policy`: the response says itself what a page of it may load.
  const std::string* fields_for(const request& request, bool has_content_policy) const {
    using field = header_fields::name;
    return request.fields.has_any({field::origin, field::sec_fetch_site, field::browser_agent})
               ? fields_for_browser(request, has_content_policy)
               : other_clients_fields_;
  }

  /// The fields of each response about a published counter, whoever asks: caches may store it;
  /// static.
  static const std::string& fields_of_published() noexcept;

  /// The fields that allow the request that a preflight asks for; static.
  static std::string_view preflight_fields() noexcept;

  /// Hosts that accepts_host() has looked up.
  const http::known_hosts& known_hosts() const noexcept { return known_hosts_; }

private:
  struct open_origin {
    std::string origin;
    const std::string* fields;
  };

  bool accepts_other_host(const request& request, const connection_info& connection);
  bool accepts_page(const request& request) const;
  const std::string* fields_for_browser(const request& request, bool has_content_policy) const;
  const open_origin* find_open(std::string_view origin) const noexcept;
  bool is_our_host(std::string_view host) const;
  const std::string* keep(std::string fields);

  std::vector<std::string> hosts_;
  bool checks_every_host_ = false;
  bool allows_cross_site_ = false;
  std::vector<open_origin> open_origins_;
  const std::string* closed_fields_ = nullptr;  // for pages that the server is not opened to
  const std::string* page_fields_ = nullptr;
  const std::string* other_clients_fields_ = nullptr;
  // Those of earlier policies, too, because pending responses refer to them: a few hundred bytes
  // for each origin that there ever was.
  std::set<std::string> kept_fields_;
  http::known_hosts known_hosts_;
};

}  // namespace http
