#include "counterctl/verbs/import.hpp"

#include "counterctl/failure.hpp"
#include "counterctl/output/progress.hpp"
#include "counterctl/verbs/import_source.hpp"
#include "counterctl/verbs/importer.hpp"
#include "counterctl/verbs/redis_source.hpp"

namespace counterctl {

namespace {

std::string summarize(import_mode mode, const import_result& result, std::uint64_t wrong) {
  auto text = "imported " + counted(result.imported, "counter");
  if (result.replayed > 0)
    text += ", of which " + grouped(result.replayed) + " had been imported before and count once";
  if (mode == import_mode::set && (result.overwritten > 0 || !result.is_exact))
    text += ", of which " + grouped(result.overwritten) + (result.is_exact ? "" : " or more") +
            " had another value before";
  if (result.present > 0)
    text += "; " + grouped(result.present) + " existed already" +
            (result.is_exact ? "" : ", or this import has created them");
  if (result.expired > 0)
    text += "; " + grouped(result.expired) + " had expired";
  if (wrong > 0)
    text += "; left out " + grouped(wrong);
  return text;
}

/// Returns how an import that is broken off goes on.
std::string advice(const context& context, import_mode mode) {
  if (mode != import_mode::add)
    return "import the same again to go on";
  if (!context.settings().has_keys)
    return "what was sent may have been added";
  if (const auto life = context.keys().named_key_life())
    return "import the same again to go on, so that it ends within " + *life +
           " of its first import: nothing counts twice";
  return "the server forgets too soon what was added: look before you import it again";
}

import_arguments with_format(import_arguments arguments) {
  if (arguments.file.ends_with(".csv"))
    arguments.format = file_format::csv;
  return arguments;
}

}  // namespace

exit_code import_counters(context& context, const import_arguments& given) {
  const auto arguments = with_format(given);
  const auto again = [&context, mode = given.mode] { return advice(context, mode); };
  context.set_recovery(again);
  import_spool spool;
  input_problems problems;
  if (arguments.redis.empty())
    read_file(arguments.file, arguments.format, spool, problems);
  else
    read_redis(arguments.redis, arguments.pattern, context.settings().server.timeout, spool,
               problems);
  if (problems.count() > 0 && !arguments.keeps_going) {
    problems.finish();
    throw failure{exit_code::usage, "nothing is imported, because of " +
                                        counted(problems.count(), "wrong counter") +
                                        "; --keep-going leaves what is wrong out"};
  }
  if (arguments.is_dry_run) {
    problems.finish();
    tell(counted(spool.size(), "counter") +
         " can be imported; wrong: " + grouped(problems.count()));
    return problems.count() > 0 ? exit_code::partly : exit_code::done;
  }
  spool.rewind();
  importer importer{context, arguments, spool, problems};
  const auto& result = importer.result();
  try {
    importer.run();
  } catch (const failure& error) {
    problems.finish();
    const bool is_unknown = error.code() == exit_code::outcome_unknown;
    std::string text{error.what()};
    const bool is_advised = text.find(again()) != text.npos;
    if (result.imported > 0)
      text += "; of " + counted(spool.size(), "counter") + ", " +
              summarize(arguments.mode, result, problems.count());
    if (!is_advised && (is_unknown || result.imported > 0))
      text += "; " + again();
    throw failure{is_unknown || result.imported == 0 ? error.code() : exit_code::partly, text};
  }
  problems.finish();
  tell(summarize(arguments.mode, result, problems.count()));
  if (problems.count() == 0)
    return exit_code::done;
  const bool has_done = result.imported + result.present + result.expired > 0;
  return has_done || importer.refusal() == exit_code::done ? exit_code::partly : importer.refusal();
}

}  // namespace counterctl
