#include "counter/shard/shared_ledger.hpp"

namespace counter {

outcome outcome_of(transaction_result result) noexcept {
  switch (result) {
    case transaction_result::full:
      return outcome::disk_full;
    case transaction_result::unreadable:
      return outcome::unreadable;
    case transaction_result::unknown:
      return outcome::outcome_unknown;
    case transaction_result::ok:
    case transaction_result::conflict:
    case transaction_result::away:
      break;
  }
  return outcome::unavailable;
}

}  // namespace counter
