#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace counter {

/// Every limit that a peer or a user can notice, each with the reason for its number. The
/// constants are part of the contract; flags set the other members.
struct limits {
  // -- one request ----------------------------------------------------------

  /// Long enough for a URL path or a composite key, short enough to print.
  static constexpr std::size_t name_bytes_max = 256;
  /// File systems allow 255 bytes in a file name; 64 hold a time and a host.
  static constexpr std::size_t backup_name_bytes_max = 64;
  /// RFC 9110 section 4.1 recommends 8000 bytes. A name of 256 bytes takes 768 if every
  /// byte is percent-encoded.
  static constexpr std::size_t target_bytes_max = 8 * 1024;
  /// A target, and the header section that nginx and Apache allow.
  static constexpr std::size_t header_bytes_max = 16 * 1024;
  /// Browsers send about 20; 64 leave room for what proxies add.
  static constexpr std::size_t header_fields_max = 64;
  /// Holds a batch of 1000 operations with names of 256 bytes and several parameters.
  static constexpr std::size_t body_bytes_max = 1024 * 1024;
  /// Ten years; whoever asks for longer means never.
  static constexpr std::chrono::seconds ttl_max{315'360'000};
  /// Holds a UUID or a hash with a prefix.
  static constexpr std::size_t idempotency_key_bytes_max = 255;
  /// Operations of a batch. They fit a body, and a shard's mailbox holds many such
  /// batches.
  static constexpr std::size_t batch_max = 1000;
  /// The maximum of counters on a page of a list, and the default.
  static constexpr std::size_t page_max = 1000;
  static constexpr std::size_t page_default = 100;
  /// Names that a page of prefixes looks at: a tenth of a second, in steps of page_max.
  static constexpr std::size_t scan_max = 100'000;
  /// The label of a badge: a README shows several badges in a row.
  static constexpr std::size_t badge_label_bytes_max = 64;
  /// A batch has three levels; deeper nesting is a mistake or an attack.
  static constexpr std::size_t json_depth_max = 8;
  /// An operation has at most eleven members.
  static constexpr std::size_t json_members_max = 64;
  /// Chunk extensions and trailers are read and ignored: more than any client sends.
  static constexpr std::size_t chunk_overhead_bytes_max = 8 * 1024;

  // -- one connection -------------------------------------------------------

  /// Pending requests of a connection: as deep as any load generator pipelines. A
  /// reply takes less than 1 KiB.
  std::size_t pipelined_max = 128;
  /// Rendered output that waits for the peer. While there is more, no request of the
  /// connection is read.
  static constexpr std::size_t output_bytes_max = 64 * 1024;
  /// The maximum of one read from a socket, into a buffer that the connections of an
  /// event loop share.
  static constexpr std::size_t read_bytes_max = 64 * 1024;
  /// Input that a closing connection discards, so that the peer reads the last
  /// response instead of a reset: many times the largest body.
  static constexpr std::size_t linger_bytes_max = 64 * 1024 * 1024;
  /// The kernel's send buffer (the kernel doubles the number). Holds the responses of
  /// a full pipeline; without a limit it grows to 4 MiB for a peer that does not read.
  static constexpr int send_buffer_bytes = 128 * 1024;

  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{10'000};
  /// A body that arrives at this rate gets another body_timeout: a slow mobile link has
  /// more, and the longest body takes four minutes.
  static constexpr std::size_t body_bytes_per_second_min = 4 * 1024;
  std::chrono::milliseconds write_timeout{10'000};
  /// Not a round minute: a client that sends each minute would meet the end of its connection.
  std::chrono::milliseconds idle_timeout{75'000};
  /// Memory of each buffer that a connection retains between requests: enough for 32
  /// pending ones, so that a busy connection allocates nothing.
  static constexpr std::size_t retained_bytes_max = 16 * 1024;
  /// After a pause this long a connection counts as idle and frees its buffers.
  static constexpr std::chrono::milliseconds pause_max{1'000};
  /// How long a closing connection waits for its output to move, see
  /// linger_bytes_max.
  static constexpr std::chrono::milliseconds linger_timeout{1'000};

  /// Memory of the request bodies that are arriving on one event loop, not counting
  /// retained_bytes_max of each: more than any honest load needs. A request above it gets
  /// a 503.
  static constexpr std::size_t bodies_bytes_max = 128 * 1024 * 1024;

  /// Requests of a connection that are refused with 401; then it ends. A client that has the wrong
  /// token should say so to its user, and not try on.
  static constexpr unsigned authentication_failures_max = 10;

  // -- the server -----------------------------------------------------------

  /// An idle connection takes about 1 KiB. Fewer if the process may open too few files.
  std::size_t connections_max = 10'000;
  /// Connections over the limit that are being sent a 503 at any one time; others are
  /// closed without a response.
  std::size_t refusals_max = 64;
  /// The kernel's queue of connections that a listening socket has not accepted yet.
  static constexpr int backlog = 4096;
  /// Connections accepted in a row before other work gets its turn.
  static constexpr int accepts_in_a_row_max = 64;
  /// The pause of an acceptor that has run out of file descriptors or memory, and the
  /// interval between its log lines.
  static constexpr std::chrono::milliseconds accept_pause{50};
  static constexpr std::chrono::milliseconds accept_warning_pause{10'000};
  /// Event loops and shards: more than machines have cores.
  static constexpr unsigned threads_max = 1024;
  static constexpr unsigned shards_max = 1024;
  /// Counters of all shards together; about 1 GiB with names of 20 bytes.
  std::uint64_t counters_max = 10'000'000;
  /// Idempotency records of all shards together, about 300 bytes each, and how long
  /// they live unless a request asks for less: longer than any client retries.
  std::uint64_t idempotency_records_max = 1'000'000;
  std::chrono::milliseconds idempotency_ttl{24 * 60 * 60 * 1000};
  /// How long a key can be remembered; 0: not at all.
  std::chrono::milliseconds longest_key_life() const noexcept {
    return idempotency_records_max == 0 ? std::chrono::milliseconds{0} : idempotency_ttl;
  }
  /// How much longer than the binding of its key the records of a batch's operations live. An
  /// operation is applied after the binding was found alive, and must be remembered even if the key
  /// is forgotten in between: mailboxes and a slow disk delay it by less. A later one is refused.
  static constexpr std::chrono::seconds idempotency_grace{10};

  /// From SIGTERM to closing the last connection, whatever the peers do.
  static constexpr std::chrono::milliseconds drain_timeout{4'500};
  /// A drain with a delay ends a share of the connections so often: a hundred steps of the delay
  /// that balancers need, and no more work than a timer.
  static constexpr std::chrono::milliseconds drain_step{100};
  /// Orchestrators wait for no longer delay before they kill.
  static constexpr std::chrono::minutes drain_delay_max{10};
  /// An event loop whose pass takes longer is stuck: the longest that a pass was seen to take is a
  /// hundredth.
  static constexpr std::chrono::seconds live_pass_max{30};
  /// Clients of a loop whose pass takes longer are better served elsewhere.
  static constexpr std::chrono::seconds ready_pass_max{2};
  /// Clients of a shard whose commit takes longer are better served elsewhere.
  static constexpr std::chrono::seconds ready_commit_max{5};
  /// Connections at --ops-listen: a few monitors and orchestrators.
  static constexpr std::size_t operators_connections_max = 64;
  /// Their header, body and write timeouts at most: monitors send and read at once.
  static constexpr std::chrono::milliseconds operators_timeout_max{2'000};
  /// How long a new configuration waits for the event loops to use it, before the log says that
  /// they do.
  static constexpr std::chrono::milliseconds policy_patience{1'000};
  /// Names of --allow-host: an event loop compares a new Host with each of them.
  static constexpr std::size_t hosts_max = 10'000;
  /// Addresses of --listen, and of --ops-listen: each event loop has a socket for each of them.
  static constexpr std::size_t addresses_max = 100;
  /// Origins of --allow-origin, all configurations since the start together: each takes about 1 KiB
  /// of an event loop for good.
  static constexpr std::size_t origins_max = 10'000;
  /// Faults of a configuration that are reported one by one.
  static constexpr std::size_t faults_max = 100;
  /// Bytes of one of them, which repeats the value that is wrong.
  static constexpr std::size_t fault_bytes_max = 1'000;
  /// How long a server waits for another that is making a Unix socket in the same folder.
  static constexpr std::chrono::milliseconds folder_patience{5'000};
  /// How long a config file that is a pipe may take to be written.
  static constexpr std::chrono::milliseconds config_patience{2'000};
  /// For how long a start that opens a large directory asks its service manager for more time.
  static constexpr std::chrono::minutes start_extension_max{10};
  /// Event loops, or shards, that have a series of their own; more are reported together.
  static constexpr std::size_t series_max = 64;
  /// From SIGTERM to the end of the process, whatever the disk does: within five seconds.
  static constexpr std::chrono::milliseconds exit_timeout{4'800};
  /// From SIGTERM: how long a group in a shared database may still take. Its clients hear of it
  /// before drain_timeout.
  static constexpr std::chrono::milliseconds shared_exit_timeout{3'500};
  /// While draining: how long an idle connection may still send a request.
  static constexpr std::chrono::milliseconds drain_idle_timeout{1'000};

  // -- event streams ----------------------------------------------------------

  /// Streams of all event loops; 0: half of connections_max, so that streams never keep requests
  /// out.
  std::size_t streams_max = 0;
  std::size_t streams() const noexcept {
    return streams_max > 0 ? streams_max : (connections_max + 1) / 2;
  }
  /// Counters that they watch together: each takes about 500 bytes, and 4 times its name.
  std::size_t watched_max = 100'000;
  /// Names of one stream. They fit a target unless they are long: a page with more has a prefix.
  static constexpr std::size_t watched_names_max = 100;
  /// Prefixes of all streams: each change is compared with all of them.
  static constexpr std::size_t watched_prefixes_max = 64;
  /// Counters with a prefix that are told when a stream begins, and that may change between two
  /// looks: as many as are read at once. If more do, the stream begins anew.
  static constexpr std::size_t changed_names_max = 1000;
  /// States with a prefix that are kept for streams that read slowly.
  static constexpr std::size_t logged_states_max = 2048;
  /// Between two lists of a prefix, for streams that begin anew.
  static constexpr std::chrono::milliseconds prefix_list_pause{1'000};
  /// Between two events of one counter: as often as eyes see it, and numbers can be read.
  std::chrono::milliseconds events_interval{100};
  /// The interval grows with what it takes to tell all streams of a counter, so that this takes at
  /// most a fifth of an event loop.
  static constexpr int events_interval_factor = 5;
  /// Streams that are told in a row, before requests have their turn: a millisecond or two.
  static constexpr std::size_t streams_told_max = 128;
  /// A stream without an event for so long gets a ping: proxies end silent connections after 30 s
  /// or 60 s.
  static constexpr std::chrono::milliseconds stream_ping{15'000};
  /// A client waits for one of so long before it connects anew: at random, so that after a restart
  /// not all come at once.
  static constexpr std::chrono::milliseconds stream_retry_min{1'000};
  static constexpr std::chrono::milliseconds stream_retry_max{4'000};
  /// The same if there are too many streams.
  static constexpr std::chrono::milliseconds stream_busy_min{15'000};
  static constexpr std::chrono::milliseconds stream_busy_max{45'000};
  /// A stream that watches many counters appends events of about so many bytes at once, and more
  /// when its peer has read them: the latest values by then.
  static constexpr std::size_t stream_bytes_max = 4 * 1024;
  /// How often a watched counter is read that nothing tells of: others change it, too, if the
  /// counters are in a database; and if a read has failed.
  static constexpr std::chrono::milliseconds watched_read_pause{1'000};

  // -- the actor path -------------------------------------------------------

  /// A loop submits a batch of this size before the pass ends.
  static constexpr std::size_t batch_operations_max = 1024;
  /// After this many operations a pass of a loop reads no more connections: they take
  /// some milliseconds, in which other connections wait.
  static constexpr std::size_t pass_operations_max = 4096;
  /// Operations of a group that a database shared by several servers is sent at once: a megabyte
  /// with the longest names, and locks for some tens of milliseconds.
  static constexpr std::size_t shared_group_max = 4096;
  /// With less room than this below a limit, servers of one database take turns to use it up. Above
  /// it they look once a second at what the others have taken: some ten thousand a second.
  static constexpr std::uint64_t shared_room_min = 65'536;
  /// Operations in a shard's mailbox; more are refused with `overloaded` (see room). An idle shard
  /// takes so many at once: a second's work of a usual disk, and some MiB.
  static constexpr std::size_t shard_operations_max = 64 * 1024;
  /// How long operations wait in a mailbox of a store on a disk, beside the disk's syncs: more than
  /// fit into it are refused (see queue_limit); 0: only shard_operations_max counts, for all alike.
  /// Clients that wait longer tend to give up, and to ask again.
  std::chrono::milliseconds queue_delay_max{250};
  /// The longest that it may be: operations of a batch must be applied within idempotency_grace.
  static constexpr std::chrono::milliseconds queue_delay_longest{5'000};
  /// However long operations take, a mailbox takes this many: a pass of a loop, or the largest
  /// batch, finds room in an idle shard.
  static constexpr std::size_t shard_operations_min = 1024;
  /// The same of a mailbox for lists: as many clients list at once without a refusal.
  static constexpr std::size_t lists_min = 256;
  /// A group of up to so many operations shows what any group takes, beside its syncs.
  static constexpr std::size_t small_group_max = 64;
  /// A group of at least so many operations shows what each operation takes. In a smaller group all
  /// operations together may take less time than the thread waits for a processor. Half of
  /// shard_operations_min.
  static constexpr std::size_t large_group_min = 512;
  /// So much of any group is not the work of its operations, but a thread that had to wait for a
  /// processor, and what a write takes in itself. Small beside queue_delay_max.
  static constexpr std::chrono::milliseconds group_overhead{5};
  /// A commit that takes so many times queue_delay_max counts as stalled, unless the commits before
  /// it were nearly as slow. Disks pause for that long now and then.
  static constexpr int stall_delays = 4;
  /// How much slower than the slowest commits before it. A commit that begins a new log syncs
  /// twice.
  static constexpr int stall_factor = 4;
  /// Nothing counts as stalled before so many commits have shown how slow the disk is.
  static constexpr int stall_groups = 8;
  /// A batch of up to so many operations is refused no earlier than a single one: it costs less
  /// than a list.
  static constexpr std::size_t small_batch_max = 10;
  /// The bounds of Retry-After. Clients should not have to ask more than once a second, and should
  /// see within half a minute that a server is back.
  static constexpr std::chrono::seconds retry_after_min{1};
  static constexpr std::chrono::seconds retry_after_max{30};
  /// Counters that a shard looks at for the lists of one batch, or erases in one
  /// sweep; 16 times as many while it builds the order of names. They take some hundred
  /// microseconds, in which other batches wait.
  static constexpr std::size_t shard_steps_max = 250;
  /// How long an expired counter may take up room if nobody uses its shard.
  static constexpr std::chrono::milliseconds expiry_sweep_pause{1'000};
};

}  // namespace counter
