#include "http/api/authorization.hpp"

#include "http/api/base64.hpp"
#include "http/protocol/field_value.hpp"

#include <algorithm>

namespace http {

credentials parse_authorization(std::string_view value) {
  const auto scheme = value.substr(0, value.find(' '));
  auto rest = value.substr(scheme.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  if (rest.empty())
    return {};
  if (equals_ignoring_case(scheme, "Bearer"))
    return {credentials::scheme::bearer, std::string{rest}};
  if (!equals_ignoring_case(scheme, "Basic"))
    return {};
  const auto user_and_password = decode_base64(rest);
  if (!user_and_password)
    return {};
  // A user name has no colon, a password may.
  const auto colon = user_and_password->find(':');
  if (colon == user_and_password->npos)
    return {};
  return {credentials::scheme::basic, user_and_password->substr(colon + 1)};
}

}  // namespace http
