#include "http/server/expiry_sweeper.hpp"

namespace http {

void expiry_sweeper::stop() {
  is_stopped_ = true;
  deadlines::clear(*this);
}

void expiry_sweeper::on_deadline() {
  for (unsigned shard = 0; shard < client_.shards(); ++shard)
    ask(shard);
}

void expiry_sweeper::on_response(response_queue::slot, counter::call answered) {
  --asked_;
  const auto& expiry_sweep = std::get<counter::expiry_sweep>(answered.response);
  const bool has_more = expiry_sweep.outcome == counter::outcome::ok && !expiry_sweep.is_done;
  if (is_stopped_)
    return;
  if (has_more)
    ask(std::get<counter::expiry_sweep_request>(answered.request).shard);
  else if (asked_ == 0)
    start();
}

void expiry_sweeper::ask(unsigned shard) {
  ++asked_;
  client_.send(counter::expiry_sweep_request{shard}, 0, *this);
}

}  // namespace http
