#include "http/api/operation_rights.hpp"

namespace http {

namespace {

/// Returns true if an addition says where the counter starts, what its bounds are or when it
/// expires.
bool has_options(const counter::parameters& parameters) noexcept {
  return parameters.initial != 0 || parameters.min || parameters.max || parameters.ttl ||
         parameters.ttl_mode != counter::ttl_mode::if_absent;
}

}  // namespace

rights::scope scope_of(counter::operation operation) noexcept {
  switch (operation) {
    case counter::operation::get:
      return rights::scope::read;
    case counter::operation::add:
      return rights::scope::add;
    case counter::operation::set:
      return rights::scope::write;
    case counter::operation::remove:
      return rights::scope::remove;
    case counter::operation::bind:
      break;
  }
  return rights::scope::none;
}

rights::verdict check_operation(const rights::permissions& permissions, std::string_view name,
                                const counter::parameters& parameters) noexcept {
  using rights::verdict;
  auto verdict = permissions.check(scope_of(parameters.operation));
  if (verdict != verdict::allowed || !permissions.has_limits())
    return verdict;
  verdict = permissions.check_name(name);
  if (verdict == verdict::allowed && parameters.operation == counter::operation::add)
    verdict = permissions.check_addition(parameters.operand, has_options(parameters));
  return verdict;
}

}  // namespace http
