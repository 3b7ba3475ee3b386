#include "http/api/v1/backup_exchange.hpp"

#include "http/api/v1/json_writer.hpp"
#include "http/api/v1/problem.hpp"

#include <utility>

namespace http::v1 {

http::response backup_exchange::response() {
  const auto& backup = reply<counter::backup>();
  if (backup.outcome == counter::outcome::unreadable)
    return to_response({code::internal,
                        "the backup could not be made, and the server's log says why; the counters "
                        "are not affected"});
  if (backup.outcome != counter::outcome::ok)
    return refusal_of({backup.outcome});
  auto body = json_object([&](json_writer& writer) { writer.member("path", backup.path); });
  return {.status = status::created, .body = std::move(body), .type = json_type};
}

}  // namespace http::v1
