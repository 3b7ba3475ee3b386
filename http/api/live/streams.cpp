#include "http/api/live/streams.hpp"

#include <utility>

namespace http::live {

streams::streams(const counter::limits& limits, counter::event_loop& loop, counter::store& store,
                 counter::store_client& client, counter::change_watch& watch, stream_budget& budget,
                 metrics::tally& events)
    : services_{budget, events},
      counters_(new stream_hub{limits, loop, store, client, watch}),
      prefixes_(new prefix_hub{limits, loop, store, client, watch.prefixes()}) {}

std::unique_ptr<stream> streams::make(const v1::stream_parameters& parameters,
                                      const stream_target& target) {
  auto room = stream_room::take(services_.budget, parameters.prefix ? 1 : parameters.names.size());
  if (!room)
    return nullptr;
  if (!parameters.prefix)
    return std::make_unique<counter_stream>(*counters_, parameters.names, parameters.known_version,
                                            services_, std::move(*room), target);
  auto* topic = prefixes_->open(*parameters.prefix);
  if (topic == nullptr)
    return nullptr;
  return std::make_unique<prefix_stream>(*prefixes_, *topic, services_, std::move(*room), target);
}

void streams::stop() {
  counters_->stop();
  prefixes_->stop();
}

}  // namespace http::live
