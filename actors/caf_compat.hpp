#pragma once

// Everything that differs between CAF 0.17 (Debian, Ubuntu) and CAF 1.x
// (upstream), and the only file that asks which one it is. CAF 1.x spells
// CAF_VERSION as an octal number, so its CAF_VERSION_MAJOR, unknown to 0.17, is
// what tells.

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

/// Where CAF puts an actor whose mailbox was empty and now is not.
class ready_list : public caf::scheduler {
public:
  explicit ready_list(caf::actor_system&) {}

  void schedule(caf::resumable* job) final { make_ready(job); }
  void delay(caf::resumable* job) final { make_ready(job); }
  void start() final {}
  void stop() final {}

protected:
  /// Takes over one reference to `job`.
  virtual void make_ready(caf::resumable* job) = 0;
};

/// What a mailbox holds of `mail`.
template <class Mail>
caf::mailbox_element_ptr make_element(Mail mail) {
  return caf::make_mailbox_element(nullptr, caf::make_message_id(), std::move(mail));
}

/// One idle worker for what CAF itself runs: our actors run on the event loops.
inline void configure(caf::actor_system_config& config) {
  config.set("caf.scheduler.policy", "sharing");
  config.set("caf.scheduler.max-threads", std::size_t{1});
}

#else

/// Where CAF puts an actor whose mailbox was empty and now is not.
class ready_list : public caf::execution_unit {
public:
  explicit ready_list(caf::actor_system& system) : caf::execution_unit(&system) {}

  void exec_later(caf::resumable* job) final { make_ready(job); }

protected:
  /// Takes over one reference to `job`.
  virtual void make_ready(caf::resumable* job) = 0;
};

/// What a mailbox holds of `mail`.
template <class Mail>
caf::mailbox_element_ptr make_element(Mail mail) {
  return caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(mail));
}

/// One idle worker for what CAF itself runs: our actors run on the event loops.
inline void configure(caf::actor_system_config& config) {
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", std::size_t{1});
}

#endif

}  // namespace actors

/// Declares `type`, defined just before at namespace scope, as the one message
/// type of the program; it never leaves the process. Use in the global
/// namespace.
#ifdef ACTORS_CAF_1_X
#define ACTORS_LOCAL_MESSAGE(type)                             \
  CAF_BEGIN_TYPE_ID_BLOCK(counterd, caf::first_custom_type_id) \
  CAF_ADD_TYPE_ID(counterd, (type))                            \
  CAF_END_TYPE_ID_BLOCK(counterd)                              \
  CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)                          \
  namespace actors {                                           \
  /** Once, before the first caf::actor_system. */             \
  inline void register_messages() {                            \
    caf::init_global_meta_objects<caf::id_block::counterd>();  \
    caf::core::init_global_meta_objects();                     \
  }                                                            \
  }
#else
#define ACTORS_LOCAL_MESSAGE(type)                 \
  CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)              \
  namespace actors {                               \
  /** Once, before the first caf::actor_system. */ \
  inline void register_messages() {}               \
  }
#endif
