#pragma once

#include "counterctl/formats/answers.hpp"

#include <chrono>
#include <string>

namespace counterctl {

/// What is sent to the server, without what every request has.
struct request {
  std::string method{"GET"};
  std::string target;  ///< begins with `/`
  std::string body{};  ///< JSON; empty: none
  /// The Idempotency-Key, under which the server counts the request once; empty: none.
  std::string key{};
  /// How long the server remembers the key; 0: as long as it does by default.
  std::chrono::seconds key_ttl{0};
  /// The request may change something: without a key, it is sent once,
  bool is_write = false;
  /// unless to carry it out again does no harm.
  bool may_be_repeated = false;
  /// Any other answer is somebody else's, and leaves the outcome in doubt.
  counterctl::answer answer{};
};

}  // namespace counterctl
