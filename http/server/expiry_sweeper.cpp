#include "http/server/expiry_sweeper.hpp"

namespace http {

void expiry_sweeper::stop() {
  is_stopped_ = true;
  deadlines::clear(*this);
}

void expiry_sweeper::on_deadline() {
  for (unsigned shard = 0; shard < client_.shards(); ++shard)
    sweep(shard);
}

void expiry_sweeper::on_response(response_queue::slot_type, counter::call completed) {
  --pending_;
  const auto& expiry_sweep = std::get<counter::expiry_sweep>(completed.response);
  const bool has_more = expiry_sweep.outcome == counter::outcome::ok && !expiry_sweep.is_done;
  if (is_stopped_)
    return;
  if (has_more)
    sweep(std::get<counter::expiry_sweep_request>(completed.request).shard);
  else if (pending_ == 0)
    start();
}

void expiry_sweeper::sweep(unsigned shard) {
  ++pending_;
  client_.send(counter::expiry_sweep_request{shard}, 0, *this);
}

}  // namespace http
