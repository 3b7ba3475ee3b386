#include "http/api/authenticator.hpp"

#include "http/api/authorization.hpp"
#include "rights/token.hpp"

#include <utility>

namespace http {

authenticator::authenticator(std::shared_ptr<const rights::token_set> tokens) {
  set_tokens(std::move(tokens));
}

void authenticator::set_tokens(std::shared_ptr<const rights::token_set> tokens) {
  if (tokens && !hasher_) {
    hasher_.emplace();
    accepted_ = std::make_unique<accepted_fields>();
  }
  // First: the entries refer to the old tokens.
  if (accepted_)
    accepted_->clear();
  tokens_ = std::move(tokens);
}

authenticator::result authenticator::check(const header_fields& fields,
                                           std::chrono::sys_seconds now) {
  if (!fields.has(header_fields::name::authorization))
    return {outcome::none};
  const auto field = fields.find_single(header_fields::name::authorization);
  if (!field)
    return {outcome::repeated};
  result found;
  if (const auto* entry = accepted_->find(*field))
    found = {outcome::accepted, entry->grant, entry->is_bearer};
  else
    found = look_up(*field);
  if (found.outcome == outcome::accepted && found.grant->has_expired(now))
    return {outcome::expired};
  return found;
}

authenticator::result authenticator::look_up(std::string_view field) {
  const auto credentials = parse_authorization(field);
  if (!credentials.token.starts_with(rights::token_prefix))
    return {outcome::malformed};
  if (!rights::is_well_formed_token(credentials.token))
    return {outcome::mistyped};
  const auto* grant = tokens_->find(hasher_->hash(credentials.token));
  if (grant == nullptr)
    return {outcome::unknown};
  const bool is_bearer = credentials.scheme == credentials::scheme::bearer;
  accepted_->add(field, {grant, is_bearer});
  return {outcome::accepted, grant, is_bearer};
}

}  // namespace http
