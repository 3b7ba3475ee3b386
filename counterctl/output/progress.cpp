#include "counterctl/output/progress.hpp"

#include "counterctl/output/terminal.hpp"

#include <iostream>
#include <utility>

#include <unistd.h>

namespace counterctl {

namespace {

constexpr std::chrono::milliseconds pace{200};
constexpr const char* clear_line = "\r\x1b[K";

// A terminal has one line for it.
bool has_line = false;

}  // namespace

progress::progress(std::string verb, std::string noun, beside others)
    : verb_(std::move(verb)),
      noun_(std::move(noun)),
      is_visible_(is_terminal(STDERR_FILENO) &&
                  (others == beside::nothing || is_file(STDOUT_FILENO))) {}

progress::~progress() {
  clear_progress();
}

void progress::show(std::uint64_t done, std::uint64_t total) {
  const auto now = clock::now();
  if (!is_visible_ || now < next_)
    return;
  next_ = now + pace;
  const auto seconds = std::chrono::duration<double>(now - begin_).count();
  const auto rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  std::cerr << clear_line << verb_ << ' '
            << (total > 0 ? grouped(done) + " of " + counted(total, noun_) : counted(done, noun_))
            << ", " << grouped(static_cast<std::uint64_t>(rate)) << " a second" << std::flush;
  has_line = true;
}

void clear_progress() {
  if (std::exchange(has_line, false))
    std::cerr << clear_line << std::flush;
}

std::string counted(std::uint64_t number, const std::string& singular) {
  return grouped(number) + " " + singular + (number == 1 ? "" : "s");
}

std::string grouped(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto i = text.size(); i > 3;) {
    i -= 3;
    text.insert(i, ",");
  }
  return text;
}

}  // namespace counterctl
