#pragma once

#include "tests/proxies/site.hpp"

#include <string>
#include <vector>

namespace support {

/// A rule for every proxy. Each defect_of_ function returns how the rule is broken, or an empty
/// string. If it throws a std::exception, the rule is broken, too.
using scenario = std::string (*)(site&);

/// Each target reaches the server byte for byte.
std::string defect_of_targets(site& site);
/// Names that a path cannot have pass in a query and in a batch.
std::string defect_of_dots(site& site);
/// 500 requests of four clients take few connections to the server.
std::string defect_of_reuse(site& site);
/// A request whose response is lost reaches the server once; one with an Idempotency-Key is
/// counted once.
std::string defect_of_lost_responses(site& site);
/// HEAD of `/inc` changes nothing, and no response is cached.
std::string defect_of_methods(site& site);
/// The ETag of a counter is the server's, also for a client that accepts gzip.
std::string defect_of_tags(site& site);
/// The longest list and the longest batch pass.
std::string defect_of_large_bodies(site& site);
/// What the server accepts passes, and what is over its limits gets the server's status
/// or one as good.
std::string defect_of_limits(site& site);
/// `Expect: 100-continue` gets a 100 before the body is sent.
std::string defect_of_expect(site& site);
/// Pipelined requests get their responses in order.
std::string defect_of_pipelining(site& site);
/// Each event of a stream comes at once, and the stream ends with its client.
std::string defect_of_streams(site& site);
/// No spelling of the path of a backup passes.
std::string defect_of_admin(site& site);
std::string defect_of_hits(site& site);

/// Returns the defect in a new site with this configuration.
std::string defect_behind(const std::string& proxy_name, scenario defect_of,
                          const std::vector<edit>& edits = {});

}  // namespace support
