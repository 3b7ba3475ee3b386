#include "counter/store/store_client.hpp"

#include "counter/store/page_gatherer.hpp"

#include <cassert>
#include <utility>
#include <variant>

namespace counter {

store_client::store_client(event_loop& loop, store& store, change_watch* watch)
    : store_(store),
      placement_(store.placement()),
      connection_(store.connect(loop)),
      batcher_(loop, connection_.submitter, store.layout().mailboxes, store.traits().has_threads,
               watch) {
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
  if (auto* page = std::get_if<page_request>(&payload))
    return send_page(std::move(*page), tag, from);
  if (auto* commands = std::get_if<command_list>(&payload))
    return send_list(std::move(*commands), tag, from);
  const auto priority = priority_of(payload);
  placement::location location{};
  if (const auto* command = std::get_if<full_command>(&payload)) {
    location = placement_.of(command->name);
    if (!batcher_.has_room(location.shard, priority))
      return batcher_.refuse(location.shard, priority, std::move(payload), tag, from);
  } else {
    assert(std::holds_alternative<backup_request>(payload));
    if (const auto shard = full_shard(priority))
      return batcher_.refuse(*shard, priority, std::move(payload), tag, from);
    location.shard = store_.layout().backups.value_or(0);  // a shard refuses it
  }
  batcher_.send(location.shard, std::move(payload), location.hash, tag, from);
}

/// A list is refused if a shard has much to do, although it waits for none with a disk: the same
/// disk and the same processors serve both. Its own mailbox has only lists, which are equals.
void store_client::send_page(page_request query, reply_handler::tag_type tag, reply_handler& from) {
  const auto& layout = store_.layout();
  auto full = full_shard(priority::bulk);
  for (auto i = layout.first_list; !full && i < layout.first_list + layout.lists; ++i)
    if (!batcher_.has_room(i, priority::retry))
      full = i;
  if (full)
    return batcher_.refuse(*full, priority::bulk, std::move(query), tag, from);
  const boost::intrusive_ptr gatherer{
      new page_gatherer{batcher_, layout, std::move(query), tag, from}};
  gatherer->send_requests();
}

void store_client::send_list(command_list commands, reply_handler::tag_type tag,
                             reply_handler& from) {
  const auto priority = priority_of(commands);
  if (const auto full = full_shard(commands, priority))
    return batcher_.refuse(*full, priority, std::move(commands), tag, from);
  const auto list =
      std::make_shared<batcher::sent_list>(std::move(commands), batcher::address{&from, tag});
  const auto& sent = std::get<command_list>(list->request);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const auto location = placement_.of(sent[i].name);
    batcher_.send(location.shard, list, i, location.hash);
  }
}

/// Returns the first shard that has no room for this priority; nullopt if all have.
std::optional<unsigned> store_client::full_shard(priority priority) const noexcept {
  if (!store_.traits().has_threads)
    return std::nullopt;
  for (unsigned shard = 0; shard < placement_.shards(); ++shard)
    if (!batcher_.has_room(shard, priority))
      return shard;
  return std::nullopt;
}

/// Returns a shard that one of the commands needs and that has no room. The names are hashed only
/// if there is such a shard at all.
std::optional<unsigned> store_client::full_shard(const command_list& commands,
                                                 priority priority) const noexcept {
  if (!full_shard(priority))
    return std::nullopt;
  for (const auto& command : commands)
    if (const auto shard = placement_.of(command.name).shard; !batcher_.has_room(shard, priority))
      return shard;
  return std::nullopt;
}

void store_client::drain() noexcept {
  if (sweeper_)
    sweeper_->stop();
}

}  // namespace counter
