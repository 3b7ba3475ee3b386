#include "http/v1/backup_exchange.hpp"

#include "http/v1/json_text.hpp"
#include "http/v1/problem.hpp"

#include <utility>

namespace http::v1 {

backup_exchange::backup_exchange(unsigned place, std::string name)
    : request_(counter::backup_request{place, std::move(name)}) {}

std::optional<counter::question> backup_exchange::next_question() {
  return std::exchange(request_, std::nullopt);
}

void backup_exchange::take(counter::errand answered) {
  made_ = std::get<counter::backup>(std::move(answered.answer));
}

message backup_exchange::response() {
  if (made_->outcome != counter::outcome::ok)
    return refusal_of({made_->outcome});
  return {.status = status::created, .body = to_text({{"path", made_->path}}), .type = json_type};
}

}  // namespace http::v1
