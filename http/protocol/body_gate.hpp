#pragma once

#include "http/protocol/request.hpp"

namespace http {

/// Decides from the header of a request whether its body is of use. A pipeline asks it before it
/// sends `100 Continue`, and before it waits for the rest of a body.
class body_gate {
public:
  /// Returns false if the response does not depend on the body. The request is valid during the
  /// call, and its body is void.
  virtual bool takes_body(const request& request) = 0;

protected:
  ~body_gate() = default;
};

}  // namespace http
