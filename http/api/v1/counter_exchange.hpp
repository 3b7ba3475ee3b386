#pragma once

#include "http/api/single_exchange.hpp"
#include "http/api/v1/entity_tag.hpp"

#include <string>
#include <utility>

namespace http::v1 {

/// One operation on one counter. Responds with a description of the counter, with 304 to a read
/// that is not modified, and with problem details to any other outcome.
class counter_exchange final : public single_exchange {
public:
  /// As text the body of a success is the bare value and a newline.
  counter_exchange(counter::full_command command, v1::representation representation)
      : single_exchange(std::move(command)),
        representation_(representation) {}

  http::response response() override;

private:
  http::response success() const;

  std::string cache_fields(const counter::state& state, bool may_be_cached) const;

  const v1::representation representation_;
};

}  // namespace http::v1
