#include "counterctl/verbs/importer.hpp"

#include "counterctl/client/operation_request.hpp"
#include "counterctl/failure.hpp"
#include "counterctl/verbs/operations.hpp"

#include <algorithm>
#include <utility>

namespace counterctl {

namespace {

// A body has up to 1 MiB.
constexpr std::size_t batch_bytes_max = 900 * 1024;

std::string where(const spooled_entry& entry) {
  return "line " + std::to_string(entry.line) + ", " + entry.entry.name;
}

}  // namespace

importer::importer(context& context, const import_arguments& arguments, import_spool& spool,
                   input_problems& problems)
    : context_(context),
      arguments_(arguments),
      spool_(spool),
      problems_(problems) {}

void importer::run() {
  if (adds_once())
    check_room();
  while (const auto entry = spool_.next())
    take(*entry, now());
  send_batch();
}

bool importer::adds_once() const {
  return arguments_.mode == import_mode::add && context_.settings().has_keys;
}

/// The server remembers each addition for a day. More than half of the room that is left would be
/// missed by others.
void importer::check_room() {
  const auto keys =
      idempotency_of(context_.ask({.target = "/v1/info", .answer = {answer_kind::info}}).body);
  const auto needed = static_cast<std::int64_t>(spool_.size() + spool_.size() / batch_max + 1);
  const auto room = std::max<std::int64_t>(0, keys.records_max - keys.records);
  if (needed <= room / 2)
    return;
  lacks_room_ =
      failure{exit_code::refused,
              "the server has room for " + grouped(static_cast<std::uint64_t>(room)) +
                  " more idempotency keys, of which an import takes up to half, and this one "
                  "needs " +
                  grouped(static_cast<std::uint64_t>(needed)) +
                  ": raise --idempotency-max, import parts on different days, or add without "
                  "keys (--no-key), which counts twice what is sent twice"};
  // What is imported again has its keys already: the first batch tells.
  if (keys.records < needed || needed > keys.records_max / 2)
    throw *lacks_room_;
}

void importer::take(const spooled_entry& entry, expiry_time now) {
  if (entry.entry.expires_at) {
    if (*entry.entry.expires_at <= now) {
      ++result_.expired;
      return;
    }
    if (arguments_.mode == import_mode::add)
      return send_alone(entry, now);
  }
  auto operation = to_json(to_operation(entry, now));
  if (operations_.size() >= batch_max || bytes_ + operation.size() > batch_bytes_max)
    send_batch();
  bytes_ += operation.size() + 1;
  batch_.push_back(entry);
  operations_.push_back(std::move(operation));
}

operation importer::to_operation(const spooled_entry& entry, expiry_time now) const {
  const auto& [name, value, expires_at] = entry.entry;
  operation operation{
      .kind = arguments_.mode == import_mode::add ? operation_kind::add : operation_kind::set,
      .name = name,
      .operand = value};
  if (expires_at)
    operation.ttl_seconds = std::max<std::int64_t>(
        1, std::chrono::round<std::chrono::seconds>(*expires_at - now).count());
  if (arguments_.mode == import_mode::absent)
    operation.if_version = 0;
  return operation;
}

request importer::with_key(request request, const std::string& part) const {
  // To set again what was set is the same.
  request.may_be_repeated = arguments_.mode != import_mode::add;
  const auto& own = context_.settings().key;
  if (adds_once())
    return context_.keys().with_named_key(std::move(request),
                                          (own.empty() ? "import" : own) + "-" + part);
  return request;
}

void importer::send_batch() {
  if (batch_.empty())
    return;
  const auto request =
      with_key(to_batch(operations_), spool_.digest() + "-" + std::to_string(batch_.front().index));
  const auto results = send_until_settled(context_, request);
  const bool is_known = results.front().is_replayed;
  const auto batch = std::exchange(batch_, {});
  operations_.clear();
  bytes_ = 0;
  // For want of room, the others would be refused as well: it is said once.
  const operation_result* full = nullptr;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    count_overwritten(results[i], batch[i]);
    if (results[i].status < 500)
      count(results[i].status, results[i].problem, results[i].is_replayed, batch[i]);
    else if (full == nullptr)
      full = &results[i];
  }
  if (full != nullptr)
    throw failure{code_of(full->status, full->problem), describe(full->status, full->problem, {})};
  if (lacks_room_ && !is_known)
    throw *lacks_room_;
  progress_.show(result_.imported, spool_.size());
}

void importer::send_alone(const spooled_entry& entry, expiry_time now) {
  const auto& [name, value, expires_at] = entry.entry;
  // The index tells apart those with the same name and value.
  const auto part =
      digest_of(name + '\t' + std::to_string(value) + '\t' + std::to_string(entry.index));
  const auto response =
      context_.send_as_it_is(with_key(to_request(to_operation(entry, now)), part));
  const auto problem = problem_of(response.body);
  // The key has all but the ttl in it.
  const bool was_added = problem.code == "idempotency-mismatch";
  count(was_added ? 200 : response.status, problem, was_added || response.is_replayed, entry);
  const auto code = code_of(response.status, problem);
  if (!response.is_success() && !was_added && code != exit_code::not_satisfied)
    throw failure{code, describe(response.status, problem, where(entry))};
  progress_.show(result_.imported, spool_.size());
}

void importer::count_overwritten(const operation_result& result, const spooled_entry& entry) {
  if (arguments_.mode == import_mode::add)
    return;
  result_.is_exact &= !result.was_in_doubt;
  if (arguments_.mode == import_mode::set && result.is_success() && result.state &&
      result.state->previous && *result.state->previous != entry.entry.value)
    ++result_.overwritten;
}

void importer::count(int status, const problem& problem, bool is_replayed,
                     const spooled_entry& entry) {
  if (status >= 200 && status < 300) {
    ++result_.imported;
    result_.replayed += is_replayed ? 1 : 0;
  } else if (status == 412) {
    ++result_.present;
  } else {
    refusal_ = code_of(status, problem);
    problems_.add(where(entry), describe(status, problem, {}));
  }
}

}  // namespace counterctl
