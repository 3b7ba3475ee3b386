#pragma once

#include "actors/caf_compat.hpp"
#include "counter/shard/batch.hpp"

#include <cstdlib>
#include <memory>

namespace actors {

/// All that an actor of the store is ever sent.
struct shard_mail {
  /// To be answered and sent home. Null asks the actor to end; what was sent
  /// before is answered first, because a mailbox keeps its order.
  std::unique_ptr<counter::batch> batch;
  /// In place of either: what was answered is to be kept, see kept_shard_actor.
  bool is_commit = false;

  explicit shard_mail(std::unique_ptr<counter::batch> mail) noexcept : batch(std::move(mail)) {}
  static shard_mail commit() noexcept {
    shard_mail mail;
    mail.is_commit = true;
    return mail;
  }
  shard_mail(shard_mail&&) noexcept = default;
  shard_mail& operator=(shard_mail&&) noexcept = default;

  // CAF wants messages that can be copied, and copies one only when it has two
  // owners; ours never has.
  shard_mail() noexcept = default;
  shard_mail(const shard_mail&) { std::abort(); }
  shard_mail& operator=(const shard_mail&) { std::abort(); }
};

}  // namespace actors

ACTORS_LOCAL_MESSAGE(actors::shard_mail)
