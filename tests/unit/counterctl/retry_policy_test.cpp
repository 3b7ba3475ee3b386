#include "counterctl/client/retry_policy.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace counterctl;
using std::chrono::milliseconds;

TEST_CASE("judge() follows the table of retries") {
  struct {
    int status;
    std::string code;
    verdict at_first, when_in_doubt;
  } const cases[] = {
      {200, "", verdict::settled, verdict::settled},
      {204, "", verdict::settled, verdict::settled},
      {302, "", verdict::settled, verdict::in_doubt},
      // Decided behind the key.
      {404, "not-found", verdict::settled, verdict::settled},
      {409, "limit-reached", verdict::settled, verdict::settled},
      {409, "overflow", verdict::settled, verdict::settled},
      {412, "precondition-failed", verdict::settled, verdict::settled},
      {422, "idempotency-mismatch", verdict::settled, verdict::settled},
      {507, "too-many-counters", verdict::settled, verdict::settled},
      {507, "idempotency-store-full", verdict::settled, verdict::settled},
      // Decided before: an earlier attempt may have counted.
      {400, "invalid-value", verdict::settled, verdict::in_doubt},
      {401, "unauthorized", verdict::settled, verdict::in_doubt},
      {403, "forbidden", verdict::settled, verdict::in_doubt},
      {404, "", verdict::settled, verdict::in_doubt},
      {500, "internal", verdict::settled, verdict::in_doubt},
      {507, "disk-full", verdict::settled, verdict::in_doubt},
      {501, "", verdict::settled, verdict::in_doubt},
      {505, "", verdict::settled, verdict::in_doubt},
      {408, "", verdict::nothing_changed, verdict::nothing_changed},
      {503, "overloaded", verdict::nothing_changed, verdict::nothing_changed},
      {503, "draining", verdict::nothing_changed, verdict::nothing_changed},
      {503, "unavailable", verdict::nothing_changed, verdict::nothing_changed},
      {500, "outcome-unknown", verdict::in_doubt, verdict::in_doubt},
      // A proxy's.
      {500, "", verdict::in_doubt, verdict::in_doubt},
      {502, "", verdict::in_doubt, verdict::in_doubt},
      {503, "", verdict::in_doubt, verdict::in_doubt},
      {504, "", verdict::in_doubt, verdict::in_doubt},
      {520, "", verdict::in_doubt, verdict::in_doubt},
  };
  for (const auto& [status, code, at_first, when_in_doubt] : cases) {
    CAPTURE(status);
    CAPTURE(code);
    CHECK((judge(status, code) == at_first));
    CHECK((judge(status, code, earlier_attempts::are_in_doubt_with_key) == when_in_doubt));
    // Without a key, no refusal says what became of an earlier attempt.
    const bool is_refused = when_in_doubt == verdict::settled && status >= 300;
    CHECK((judge(status, code, earlier_attempts::are_in_doubt) ==
           (is_refused ? verdict::in_doubt : when_in_doubt)));
  }
}

TEST_CASE("refuses_key_ttl() knows the server's refusal of a TTL") {
  CHECK(refuses_key_ttl(400, "Idempotency-Key-TTL must be an integer of seconds from 1 to 5"));
  CHECK_FALSE(refuses_key_ttl(400, "delta must be a 64-bit integer"));
  CHECK_FALSE(refuses_key_ttl(503, "Idempotency-Key-TTL"));
}

TEST_CASE("pause_before() doubles its limit up to five seconds, and is no shorter than the floor") {
  CHECK(pause_before(0, 0, milliseconds{0}) == milliseconds{0});
  CHECK(pause_before(0, 0.5, milliseconds{0}) == milliseconds{25});
  CHECK(pause_before(3, 0.5, milliseconds{0}) == milliseconds{200});
  CHECK(pause_before(6, 0.5, milliseconds{0}) == milliseconds{1600});
  CHECK(pause_before(7, 0.5, milliseconds{0}) == milliseconds{2500});
  CHECK(pause_before(4'000'000'000, 0.999, milliseconds{0}) == milliseconds{4995});
  CHECK(pause_before(0, 0.9, milliseconds{30'000}) == milliseconds{30'000});
}
