#pragma once

#include "actors/caf_compat.hpp"
#include "counter/shard/batch.hpp"

#include <cstdlib>
#include <memory>

namespace actors {

/// The only message that the store's actors receive: a batch, the request to commit, or
/// the request to end.
struct shard_mail {
  /// A batch to complete. Null asks the actor to end, after the mail before it.
  std::unique_ptr<counter::batch> batch;
  /// True in place of either: asks the actor to commit, see durable_shard_actor.
  bool is_commit = false;

  explicit shard_mail(std::unique_ptr<counter::batch> payload) noexcept
      : batch(std::move(payload)) {}
  static shard_mail commit() noexcept {
    shard_mail mail;
    mail.is_commit = true;
    return mail;
  }
  shard_mail(shard_mail&&) noexcept = default;
  shard_mail& operator=(shard_mail&&) noexcept = default;

  // CAF requires that messages can be copied, and copies only those with two owners;
  // ours have one.
  shard_mail() noexcept = default;
  shard_mail(const shard_mail&) { std::abort(); }
  shard_mail& operator=(const shard_mail&) { std::abort(); }
};

}  // namespace actors

ACTORS_LOCAL_MESSAGE(actors::shard_mail)
