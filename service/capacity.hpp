#pragma once

#include "config/options.hpp"

#include <cstddef>

namespace service {

/// Limits the connections to the descriptors that the process may open, some of which are
/// `inherited` sockets. Returns how many of them the tables of a database get.
std::size_t limit_descriptors(config::options& options, std::size_t inherited);

/// Says so if more shards would serve more. Those on a disk share its log, whatever their number.
void advise_shards(const config::options& options);

}  // namespace service
