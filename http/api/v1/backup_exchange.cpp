#include "http/api/v1/backup_exchange.hpp"

#include "http/api/v1/json_text.hpp"
#include "http/api/v1/problem.hpp"

#include <utility>

namespace http::v1 {

backup_exchange::backup_exchange(std::string name)
    : request_(counter::backup_request{std::move(name)}) {}

std::optional<counter::request> backup_exchange::next_request() {
  return std::exchange(request_, std::nullopt);
}

void backup_exchange::take(counter::call completed) {
  backup_ = std::get<counter::backup>(std::move(completed.response));
}

http::response backup_exchange::response() {
  if (backup_->outcome == counter::outcome::unreadable)
    return to_response({code::internal,
                        "the backup could not be made, and the server's log says why; the counters "
                        "are not affected"});
  if (backup_->outcome != counter::outcome::ok)
    return refusal_of({backup_->outcome});
  return {.status = status::created, .body = to_text({{"path", backup_->path}}), .type = json_type};
}

}  // namespace http::v1
