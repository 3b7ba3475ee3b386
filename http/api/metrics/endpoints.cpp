#include "http/api/metrics/endpoints.hpp"

#include "metrics/exposition.hpp"

namespace http {

action show_metrics(const request_context& context) {
  if (!context.target.raw_query().empty())
    return response{status::bad_request, "/metrics takes no parameters\n"};
  const auto report = context.server.metrics ? context.server.metrics() : metrics::report{};
  return response{.body = metrics::to_text(report), .type = metrics::text_type};
}

}  // namespace http
