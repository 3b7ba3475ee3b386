#include "http/api/browser_guard.hpp"

#include "http/protocol/authority.hpp"
#include "http/protocol/field_value.hpp"

#include <algorithm>
#include <optional>

namespace http {

namespace {

using field = header_fields::name;

using rights::any_origin;

/// Keep a page of another site from embedding what it may not read.
constexpr std::string_view resource_policy = "Cross-Origin-Resource-Policy: same-origin\r\n";
constexpr std::string_view content_policy =
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";

/// Let a page of any site show what is published, and its scripts read it.
const std::string published_fields =
    "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: "
    "Retry-After\r\nCross-Origin-Resource-Policy: cross-origin\r\n" +
    std::string{content_policy};

/// A cache must not give a response for one origin to another (Fetch standard, section 3.2.5).
constexpr std::string_view vary = "Vary: Origin\r\n";

std::string fields_of_open(const std::string& origin) {
  return "Access-Control-Allow-Origin: " + origin + "\r\n" +
         "Access-Control-Expose-Headers: ETag, Location, Link, Retry-After, "
         "Idempotency-Replayed\r\n" +
         std::string{origin == any_origin ? "" : vary} + std::string{resource_policy} +
         std::string{content_policy};
}

/// Returns the host and port of an origin of HTTP; nullopt for any other, such as `null`.
std::optional<std::string_view> authority_of(std::string_view origin) noexcept {
  for (const std::string_view scheme : {"http://", "https://"})
    if (origin.starts_with(scheme))
      return origin.substr(scheme.size());
  return std::nullopt;
}

/// Returns true for names that are this machine's whatever DNS says (RFC 6761 section 6.3).
bool is_local_name(std::string_view name) noexcept {
  constexpr std::string_view domain = ".localhost";
  return name == domain.substr(1) || (name.size() > domain.size() && name.ends_with(domain));
}

/// Returns true if browsers take the host for their own machine.
bool is_local(std::string_view host) {
  const auto [kind, text] = host_of(host);
  return kind == host_kind::loopback || (kind == host_kind::name && is_local_name(text));
}

}  // namespace

browser_guard::browser_guard(const rights::browser_policy& policy) {
  set_policy(policy);
}

void browser_guard::set_policy(const rights::browser_policy& policy) {
  hosts_ = policy.hosts;
  hosts_.insert(hosts_.end(), policy.listen_names.begin(), policy.listen_names.end());
  checks_every_host_ = policy.checks_every_host;
  allows_cross_site_ = policy.allows_cross_site;
  open_origins_.clear();
  for (const auto& origin : policy.origins)
    open_origins_.push_back({origin, keep(fields_of_open(origin))});
  const bool varies = !policy.origins.empty() && !policy.is_open_to_all();
  const std::string varying{varies ? vary : ""};
  other_clients_fields_ = varies ? keep(varying) : nullptr;
  page_fields_ = keep(varying + std::string{resource_policy});
  closed_fields_ = keep(varying + std::string{resource_policy} + std::string{content_policy});
  known_hosts_.judge([this](std::string_view host) { return is_our_host(host); });
}

const std::string* browser_guard::keep(std::string fields) {
  return &*kept_fields_.insert(std::move(fields)).first;
}

// -- Host -----------------------------------------------------------------------

bool browser_guard::accepts_other_host(const request& request, const connection_info& connection) {
  const bool is_checked = connection.is_local || checks_every_host_;
  if (request.known_host != nullptr)
    return request.known_host->is_ours || !is_checked;
  const auto host = request.fields.find(field::host);
  if (!host)
    return true;  // HTTP/1.0, which no browser speaks
  const bool has_room = known_hosts_.has_room_for(*host);
  if (!has_room && !is_checked)
    return true;
  const bool is_ours = is_our_host(*host);
  if (has_room)
    known_hosts_.add(*host, is_ours);
  return is_ours || !is_checked;
}

bool browser_guard::is_our_host(std::string_view host) const {
  const auto [kind, text] = host_of(host);
  switch (kind) {
    case host_kind::address:
    case host_kind::loopback:
      return true;
    // Browsers connect 0.0.0.0 to this machine, whatever site the page is from.
    case host_kind::unspecified:
      return false;
    case host_kind::name:
      break;
  }
  return is_local_name(text) || std::find(hosts_.begin(), hosts_.end(), text) != hosts_.end();
}

// -- Sec-Fetch-Site and Origin ----------------------------------------------------

bool browser_guard::accepts_page(const request& request) const {
  if (allows_cross_site_)
    return true;
  const auto& fields = request.fields;
  if (!fields.has_any({field::origin, field::sec_fetch_site})) {
    // Browsers send neither field with a GET over plain HTTP, except to hosts that they know to be
    // their own machine. A proxy may have received it so, too.
    const bool is_silent_method = request.method == method::get || request.method == method::head;
    if (!is_silent_method || (is_local(request.host()) && !fields.are_forwarded()))
      return true;
    // Our own page says so. To a page of another site, browsers allow such a field only after a
    // preflight, which allows it to nobody (Fetch standard, section 2.2.2).
    return fields.has(field::requested_with);
  }
  if (accepts_origin(request))
    return true;
  if (const auto site = fields.find(field::sec_fetch_site))
    return *site == "same-origin" || *site == "none";
  const auto origin = fields.find(field::origin);
  const auto authority = authority_of(*origin);
  return authority && equals_ignoring_case(*authority, request.host());
}

bool browser_guard::accepts_origin(const request& request) const {
  if (open_origins_.empty() || !request.fields.has(field::origin))
    return false;
  return find_open(*request.fields.find(field::origin)) != nullptr;
}

const browser_guard::open_origin* browser_guard::find_open(std::string_view origin) const noexcept {
  const auto found = std::find_if(
      open_origins_.begin(), open_origins_.end(),
      [&](const open_origin& open) { return open.origin == any_origin || open.origin == origin; });
  return found == open_origins_.end() ? nullptr : &*found;
}

// -- responses --------------------------------------------------------------------

bool browser_guard::is_preflight(const request& request) noexcept {
  return request.method == method::options && request.fields.has(field::origin) &&
         request.fields.has(field::access_control_request_method);
}

const std::string* browser_guard::fields_for_browser(const request& request,
                                                     bool has_content_policy) const {
  if (has_content_policy)
    return page_fields_;
  if (!open_origins_.empty() && request.fields.has(field::origin))
    if (const auto* open = find_open(*request.fields.find(field::origin)))
      return open->fields;
  return closed_fields_;
}

const std::string& browser_guard::fields_of_published() noexcept {
  return published_fields;
}

std::string_view browser_guard::preflight_fields() noexcept {
  return "Access-Control-Allow-Methods: GET, HEAD, POST, PUT, DELETE\r\n"
         "Access-Control-Allow-Headers: Authorization, Content-Type, Idempotency-Key, "
         "Idempotency-Key-TTL, If-Match, If-None-Match, Last-Event-ID\r\n"
         "Access-Control-Max-Age: 600\r\n";
}

}  // namespace http
