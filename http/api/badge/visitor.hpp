#pragma once

#include "counter/siphash.hpp"
#include "http/api/request_context.hpp"

#include <string>
#include <string_view>

namespace http::badge {

/// Returns the idempotency key of a client's hits on one counter: the same for the same client and
/// counter, as long as the secret `key` is. Nobody without it learns the client's address from it,
/// nor that two counters were hit by one client. If the peer is in a private network it may be a
/// proxy: then the client is the last that X-Forwarded-For names.
std::string visitor_of(const connection_info& connection, const header_fields& fields,
                       std::string_view name, counter::siphash_key key);

}  // namespace http::badge
