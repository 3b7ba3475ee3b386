#include "http/housekeeper.hpp"

namespace http {

void housekeeper::stop() {
  is_stopped_ = true;
  deadlines::clear(*this);
}

void housekeeper::on_deadline() {
  for (unsigned shard = 0; shard < courier_.shards(); ++shard)
    ask(shard);
}

void housekeeper::take_answer(response_queue::slot, counter::errand answered) {
  --asked_;
  const auto& upkeep = std::get<counter::upkeep>(answered.answer);
  const bool has_more = upkeep.outcome == counter::outcome::ok && !upkeep.is_done;
  if (is_stopped_)
    return;
  if (has_more)
    ask(std::get<counter::upkeep_request>(answered.question).shard);
  else if (asked_ == 0)
    start();
}

void housekeeper::ask(unsigned shard) {
  ++asked_;
  courier_.send(counter::upkeep_request{shard}, 0, *this);
}

}  // namespace http
