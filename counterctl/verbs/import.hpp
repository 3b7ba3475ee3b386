#pragma once

#include "counterctl/formats/counter_entry.hpp"
#include "counterctl/verbs/context.hpp"

#include <string>

namespace counterctl {

/// What to do with counters that are there.
enum class import_mode {
  set,     ///< overwrites them
  add,     ///< adds to them; the same input is added once, however often it is imported
  absent,  ///< leaves them
};

struct import_arguments {
  std::string file{};  ///< empty or `-`: stdin
  file_format format = file_format::json;
  import_mode mode = import_mode::set;
  std::string redis{};    ///< a URL, instead of a file
  std::string pattern{};  ///< of keys in Redis
  bool is_dry_run = false;
  bool keeps_going = false;  ///< leaves out what is wrong
};

/// Imports counters, and says on stderr how many. Looks at the whole input first: unless it
/// `keeps_going`, one wrong line is enough to change nothing. A file whose name ends with .csv is
/// CSV. Throws failure.
///
/// Counters travel in batches. To add, a batch has an Idempotency-Key of the digest of the input
/// and the number of its first counter, so that an import that was interrupted, or is repeated,
/// counts once for as long as the server remembers keys. A counter that expires travels alone in
/// this mode, with a key of its own name and value: it may be gone the next time, and its `ttl` is
/// another one each time, for which a batch would be refused as a whole, whereas this refusal (422)
/// says that the one addition was made. To set needs no key: it may be done twice.
exit_code import_counters(context& context, const import_arguments& given);

}  // namespace counterctl
