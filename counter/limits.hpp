#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace counter {

/// Every limit of the server in one place, each with the reason for its number.
/// The constants belong to the contract; the members are set by flags.
struct limits {
  // -- one request ----------------------------------------------------------

  /// Long enough for a URL path or a composite key, short enough to print.
  static constexpr std::size_t name_bytes_max = 256;
  /// A file name may have 255 bytes everywhere; 64 are room for a time and a host.
  static constexpr std::size_t backup_name_bytes_max = 64;
  /// A name of 256 bytes takes 768 when every byte is percent-encoded; the rest
  /// is room for other parameters.
  static constexpr std::size_t target_bytes_max = 4 * 1024;
  /// What nginx and Apache allow for all of a request's header.
  static constexpr std::size_t header_bytes_max = 8 * 1024;
  /// Browsers send about 20; 64 leaves room for proxies.
  static constexpr std::size_t header_fields_max = 64;
  /// A batch of 1000 operations with long names fits.
  static constexpr std::size_t body_bytes_max = 1024 * 1024;
  /// Ten years: longer is meant to be for ever.
  static constexpr std::chrono::seconds ttl_max{315'360'000};
  /// Enough for a UUID or a hash with a prefix.
  static constexpr std::size_t idempotency_key_bytes_max = 255;
  /// With short names they fit a body; a shard's mailbox takes many of them.
  static constexpr std::size_t batch_max = 1000;
  /// Counters on a page of a listing: at the most, and unless told.
  static constexpr std::size_t page_max = 1000;
  static constexpr std::size_t page_default = 100;
  /// A batch has three levels; deeper is never meant.
  static constexpr std::size_t json_depth_max = 8;
  /// An operation has at most eleven.
  static constexpr std::size_t json_members_max = 64;
  /// Chunk extensions and trailers are read and ignored, up to as much as a
  /// header may have.
  static constexpr std::size_t chunk_overhead_bytes_max = 8 * 1024;

  // -- one connection -------------------------------------------------------

  /// Requests of one connection that are being answered. Deep enough for every
  /// load generator's pipelining; a reply is under 1 KiB.
  std::size_t pipelined_max = 128;
  /// Rendered output that waits for the peer. Past it no more requests of that
  /// connection are read.
  static constexpr std::size_t output_bytes_max = 64 * 1024;
  /// What one read takes from a socket, into a buffer that the connections of
  /// an event loop share.
  static constexpr std::size_t read_bytes_max = 64 * 1024;
  /// What a closing connection may still send and have thrown away, so that
  /// it reads our last answer instead of a reset: many times a body.
  static constexpr std::size_t linger_bytes_max = 64 * 1024 * 1024;
  /// The kernel's send buffer (it doubles the number). Enough for a full
  /// pipeline of answers; left alone it grows to 4 MiB for a peer that does not
  /// read.
  static constexpr int send_buffer_bytes = 128 * 1024;

  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{10'000};
  std::chrono::milliseconds write_timeout{10'000};
  std::chrono::milliseconds idle_timeout{60'000};
  /// What a connection keeps of each buffer between its requests: enough for
  /// 32 in flight, so that a busy one asks for no memory.
  static constexpr std::size_t kept_bytes_max = 16 * 1024;
  /// A connection that pauses for so long is idle: it gives all memory back.
  static constexpr std::chrono::milliseconds pause_max{1'000};
  /// How long a closing connection is read from when its output does not move,
  /// see linger_bytes_max.
  static constexpr std::chrono::milliseconds linger_timeout{1'000};

  /// What the bodies take together, beyond kept_bytes_max of each, that the
  /// connections of one event loop are sending: more than any honest load has
  /// under way. The next is told 503.
  static constexpr std::size_t bodies_bytes_max = 128 * 1024 * 1024;

  // -- the server -----------------------------------------------------------

  /// About 1 KiB each while idle.
  std::size_t connections_max = 10'000;
  /// Connections over the limit that are being told so at any one time; more
  /// are closed without a word.
  static constexpr std::size_t refusals_max = 64;
  /// Pending connections in the kernel's queue of one acceptor.
  static constexpr int backlog = 4096;
  /// Connections accepted in a row before others get their turn.
  static constexpr int accepts_in_a_row_max = 64;
  /// Pause of an acceptor that ran out of file descriptors or memory, and how
  /// often that is logged.
  static constexpr std::chrono::milliseconds accept_pause{50};
  static constexpr std::chrono::milliseconds accept_warning_pause{10'000};
  /// Event loops and shards: more than any machine has cores.
  static constexpr unsigned threads_max = 1024;
  static constexpr unsigned shards_max = 1024;
  /// All shards together; about 1 GiB at 20-byte names.
  std::uint64_t counters_max = 10'000'000;
  /// Requests with an idempotency key that are remembered, all shards together,
  /// and for how long: longer than any client retries. About 300 bytes each.
  std::uint64_t idempotency_records_max = 1'000'000;
  std::chrono::milliseconds idempotency_ttl{24 * 60 * 60 * 1000};

  /// From SIGTERM to the last connection, whatever the peers do; the process
  /// has ended within five seconds.
  static constexpr std::chrono::milliseconds drain_timeout{4'500};
  /// An idle connection's last chance to send a request while draining.
  static constexpr std::chrono::milliseconds drain_idle_timeout{1'000};

  // -- the actor path -------------------------------------------------------

  /// A loop hands a shard its batch early when it has this many operations.
  static constexpr std::size_t batch_operations_max = 1024;
  /// A loop reads from no more connections in a pass when it has this many
  /// operations: they take some milliseconds, in which others wait.
  static constexpr std::size_t pass_operations_max = 4096;
  /// Operations in one shard's mailbox. Past it a batch is refused whole, with
  /// `overloaded`, before it is in the mailbox.
  static constexpr std::size_t shard_operations_max = 64 * 1024;
  /// Counters that a shard looks at for the lists of one batch, or forgets in
  /// one go: some hundred microseconds, in which others wait.
  static constexpr std::size_t shard_steps_max = 250;
  /// How long what has expired may take up room where nobody asks for it.
  static constexpr std::chrono::milliseconds expiry_sweep_pause{1'000};
};

}  // namespace counter
