#include "counter/store/expiry_sweeper.hpp"

#include "counter/limits.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <variant>

namespace counter {

void expiry_sweeper::start() {
  loop_.post_after(limits::expiry_sweep_pause,
                   [self = boost::intrusive_ptr<expiry_sweeper>{this}] { self->sweep(); });
}

void expiry_sweeper::sweep() {
  if (is_stopped_)
    return;
  const batcher::pass pass{batcher_};
  for (unsigned shard = 0; shard < shards_; ++shard)
    sweep(shard);
}

void expiry_sweeper::on_reply(tag_type shard, const completion& completion) {
  --pending_;
  const auto& expired = std::get<expiry_sweep>(completion.call->response);
  const bool has_more = expired.outcome == outcome::ok && !expired.is_done;
  if (is_stopped_)
    return;
  if (has_more)
    sweep(static_cast<unsigned>(shard));
  else if (pending_ == 0)
    start();
}

void expiry_sweeper::sweep(unsigned shard) {
  ++pending_;
  batcher_.send(shard, expiry_sweep_request{}, 0, shard, *this);
}

}  // namespace counter
