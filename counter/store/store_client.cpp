#include "counter/store/store_client.hpp"

#include "counter/store/page_gatherer.hpp"

#include <cassert>
#include <utility>
#include <variant>

namespace counter {

store_client::store_client(event_loop& loop, store& store)
    : store_(store),
      placement_(store.placement()),
      connection_(store.connect(loop)),
      batcher_(loop, connection_.submitter, store.layout().mailboxes) {
  if (!connection_.is_first)
    return;
  sweeper_ = new expiry_sweeper{batcher_, loop, store.traits().shards};
  sweeper_->start();
}

void store_client::send(submission&& submission, reply_handler::tag_type tag, reply_handler& from) {
  if (submission.request)
    return send_request(std::move(*submission.request), tag, from);
  const auto location = placement_.of(submission.command.name);
  batcher_.send(location.shard, submission.command, location.hash, tag, from);
}

void store_client::send_request(request payload, reply_handler::tag_type tag, reply_handler& from) {
  if (auto* page = std::get_if<page_request>(&payload)) {
    const boost::intrusive_ptr gatherer{
        new page_gatherer{batcher_, store_.layout(), std::move(*page), tag, from}};
    return gatherer->send_requests();
  }
  if (auto* commands = std::get_if<command_list>(&payload))
    return send_list(std::move(*commands), tag, from);
  placement::location location{};
  if (const auto* command = std::get_if<full_command>(&payload)) {
    location = placement_.of(command->name);
  } else {
    assert(std::holds_alternative<backup_request>(payload));
    location.shard = store_.layout().backups.value_or(0);  // a shard refuses it
  }
  batcher_.send(location.shard, std::move(payload), location.hash, tag, from);
}

void store_client::send_list(command_list commands, reply_handler::tag_type tag,
                             reply_handler& from) {
  const auto list =
      std::make_shared<batcher::sent_list>(std::move(commands), batcher::address{&from, tag});
  const auto& sent = std::get<command_list>(list->request);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const auto location = placement_.of(sent[i].name);
    batcher_.send(location.shard, list, i, location.hash);
  }
}

void store_client::drain() noexcept {
  if (sweeper_)
    sweeper_->stop();
}

}  // namespace counter
