#pragma once

// Everything that differs between CAF 0.17 (Debian, Ubuntu) and CAF 1.x (upstream).
// Only this file tests the version, by CAF_VERSION_MAJOR, which 0.17 does not define:
// CAF_VERSION is an octal number in 1.x.

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message_id.hpp>
#include <caf/resumable.hpp>

#include <cstddef>
#include <string>
#include <utility>

#if defined(CAF_VERSION_MAJOR) && CAF_VERSION_MAJOR >= 1
#define ACTORS_CAF_1_X
#include <caf/init_global_meta_objects.hpp>
#include <caf/scheduler.hpp>
#include <caf/type_id.hpp>
#else
#include <caf/atom.hpp>
#include <caf/execution_unit.hpp>
#endif

namespace actors {

#ifdef ACTORS_CAF_1_X

/// Receives each actor whose mailbox was empty and now is not.
class ready_list : public caf::scheduler {
public:
  explicit ready_list(caf::actor_system&) {}

  void schedule(caf::resumable* job) final { make_ready(job); }
  void delay(caf::resumable* job) final { make_ready(job); }
  void start() final {}
  void stop() final {}

protected:
  /// Takes ownership of one reference to `job`.
  virtual void make_ready(caf::resumable* job) = 0;
};

/// Wraps `mail` for a mailbox. Throws std::bad_alloc.
template <class Mail>
caf::mailbox_element_ptr make_element(Mail mail) {
  return caf::make_mailbox_element(nullptr, caf::make_message_id(), std::move(mail));
}

/// One worker for CAF's own actors; ours run on event loops or threads of their own.
inline void configure(caf::actor_system_config& config) {
  config.set("caf.scheduler.policy", "sharing");
  config.set("caf.scheduler.max-threads", std::size_t{1});
}

#else

/// Receives each actor whose mailbox was empty and now is not.
class ready_list : public caf::execution_unit {
public:
  explicit ready_list(caf::actor_system& system) : caf::execution_unit(&system) {}

  void exec_later(caf::resumable* job) final { make_ready(job); }

protected:
  /// Takes ownership of one reference to `job`.
  virtual void make_ready(caf::resumable* job) = 0;
};

/// Wraps `mail` for a mailbox. Throws std::bad_alloc.
template <class Mail>
caf::mailbox_element_ptr make_element(Mail mail) {
  return caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(mail));
}

/// One worker for CAF's own actors; ours run on event loops or threads of their own.
inline void configure(caf::actor_system_config& config) {
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", std::size_t{1});
}

#endif

}  // namespace actors

/// Declares `type`, defined above it at namespace scope, as the program's only message
/// type, which never leaves the process. Use it in the global namespace.
#ifdef ACTORS_CAF_1_X
#define ACTORS_LOCAL_MESSAGE(type)                             \
  CAF_BEGIN_TYPE_ID_BLOCK(counterd, caf::first_custom_type_id) \
  CAF_ADD_TYPE_ID(counterd, (type))                            \
  CAF_END_TYPE_ID_BLOCK(counterd)                              \
  CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)                          \
  namespace actors {                                           \
  /** Call it once, before the first caf::actor_system. */     \
  inline void register_messages() {                            \
    caf::init_global_meta_objects<caf::id_block::counterd>();  \
    caf::core::init_global_meta_objects();                     \
  }                                                            \
  }
#else
#define ACTORS_LOCAL_MESSAGE(type)                         \
  CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)                      \
  namespace actors {                                       \
  /** Call it once, before the first caf::actor_system. */ \
  inline void register_messages() {}                       \
  }
#endif
