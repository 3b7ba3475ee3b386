#pragma once

#include "counter/parameters.hpp"
#include "rights/permissions.hpp"

#include <string_view>

namespace http {

/// Returns the scope that an operation needs, alone or in a batch.
rights::scope scope_of(counter::operation operation) noexcept;

/// Decides on one operation, before anything is looked up: by its scope, its name and its delta.
/// The only place that does.
rights::verdict check_operation(const rights::permissions& permissions, std::string_view name,
                                const counter::parameters& parameters) noexcept;

}  // namespace http
