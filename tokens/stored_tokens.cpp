#include "tokens/stored_tokens.hpp"

#include "rights/limits.hpp"
#include "rights/token_file.hpp"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tokens {

namespace {

constexpr std::size_t file_bytes_max = rights::limits::lines_max * rights::limits::line_bytes_max;

constexpr std::chrono::seconds lock_patience{5};

constexpr mode_t others_may_write = S_IWGRP | S_IWOTH;

constexpr auto is_a_stranger =
    " is neither root nor the user who runs this: run it as that user, as by runuser -u NAME";

[[noreturn]] void fail(const std::string& path, std::string_view problem) {
  throw faulty_token_file(path + ": " + std::string{problem});
}

[[noreturn]] void fail_by(int error, const std::string& path, std::string_view what) {
  throw std::runtime_error(path + ": " + std::string{what} + ": " + std::strerror(error));
}

/// Closes a descriptor, and removes a file that is not wanted any more.
class open_file {
public:
  explicit open_file(int descriptor) noexcept : descriptor_(descriptor) {}
  ~open_file() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
    if (!to_remove_.empty())
      ::unlink(to_remove_.c_str());
  }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;

  int get() const noexcept { return descriptor_; }
  void remove_at_end(std::string path) { to_remove_ = std::move(path); }
  void keep() noexcept { to_remove_.clear(); }

private:
  int descriptor_;
  std::string to_remove_;
};

std::int64_t nanoseconds(const timespec& time) noexcept {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

file_state state_from(const struct stat& status) noexcept {
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
          nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

std::string read_all(int descriptor, const std::string& path) {
  std::string text;
  char buffer[64 * 1024];
  for (;;) {
    const auto bytes = ::read(descriptor, buffer, sizeof buffer);
    if (bytes == 0)
      return text;
    if (bytes < 0 && errno != EINTR)
      fail_by(errno, path, "cannot be read");
    text.append(buffer, bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
    if (text.size() > file_bytes_max)
      fail(path, "the file is too large for a token file");
  }
}

void write_all(int descriptor, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const auto bytes = ::write(descriptor, text.data(), text.size());
    if (bytes < 0 && errno != EINTR)
      fail_by(errno, path, "cannot be written");
    text.remove_prefix(bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
  }
}

/// Returns the path behind symbolic links; `path` if there is no such file.
std::string resolved(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real{::realpath(path.c_str(), nullptr),
                                                         &std::free};
  return real ? real.get() : path;
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? "." : path.substr(0, slash + 1);
}

int open_folder_of(const std::string& path) {
  return ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/// Throws if somebody else than root and the user of this process may put another file in the place
/// of `entry`, a file or a symbolic link. Root is no exception: who replaced the file by a link
/// between two steps of a command would have root write anywhere.
void refuse_strangers_in_folder(const std::string& path, const std::string& entry) {
  const auto folder = folder_of(entry);
  // To read the folder takes more rights than the server needs.
  const open_file opened{::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  struct stat status {};
  if (opened.get() < 0 || ::fstat(opened.get(), &status) != 0)
    fail_by(errno, path, "its folder cannot be opened");
  if (status.st_uid != 0 && status.st_uid != ::geteuid())
    fail(path, "the owner of its folder " + folder + is_a_stranger);
  // In a sticky folder, such as /tmp, nobody replaces the files of others.
  if ((status.st_mode & S_ISVTX) != 0)
    return;
  if ((status.st_mode & S_IWOTH) != 0)
    fail(path, "others may replace it: run chmod o-w " + folder);
  if ((status.st_mode & S_IWGRP) != 0 && status.st_gid != 0 && status.st_gid != ::getegid())
    fail(path, "a group may replace it: run chmod g-w " + folder);
}

/// Throws if somebody else than root and the user of this process may change the file, or put
/// another one in its place. Folders above are not judged.
void refuse_strangers(const std::string& path, const struct stat& file) {
  if ((file.st_mode & others_may_write) != 0)
    fail(path, "others than its owner may write it: run chmod go-w " + path);
  if (file.st_uid != 0 && file.st_uid != ::geteuid())
    fail(path, std::string{"its owner"} + is_a_stranger);
  refuse_strangers_in_folder(path, path);
  refuse_strangers_in_folder(path, resolved(path));
}

/// Makes a rename durable. A file system that cannot sync directories has done what it can.
void sync_folder_of(const std::string& path) {
  const open_file folder{open_folder_of(path)};
  if (folder.get() >= 0)
    ::fsync(folder.get());
}

}  // namespace

std::optional<file_state> state_of(const std::string& path) noexcept {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? std::optional{state_from(status)} : std::nullopt;
}

stored_tokens read_tokens(const std::string& path) {
  // Without O_NONBLOCK, open() would wait for whoever writes to a pipe.
  const open_file file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (file.get() < 0)
    fail_by(errno, path, "cannot be opened");
  struct stat status {};
  if (::fstat(file.get(), &status) != 0)
    fail_by(errno, path, "cannot be read");
  if (!S_ISREG(status.st_mode))
    fail(path, "is not a regular file");
  if (static_cast<std::uint64_t>(status.st_size) > file_bytes_max)
    fail(path, "the file is too large for a token file");
  refuse_strangers(path, status);
  stored_tokens stored{read_all(file.get(), path), {}, state_from(status)};
  auto parsed = rights::parse_token_file(stored.text);
  if (const auto* fault = std::get_if<rights::file_fault>(&parsed))
    fail(path + ":" + std::to_string(fault->line), fault->problem);
  stored.entries = std::move(std::get<std::vector<rights::token_entry>>(parsed));
  return stored;
}

void check_new_file(const std::string& path) {
  refuse_strangers_in_folder(path, path);
  struct stat link {};
  if (::lstat(path.c_str(), &link) == 0 && S_ISLNK(link.st_mode))
    fail(path, "is a symbolic link to a file that cannot be found");
}

folder_lock::folder_lock(const std::string& path) : descriptor_(open_folder_of(resolved(path))) {
  if (descriptor_ < 0)
    fail_by(errno, path, "its folder cannot be opened");
  // Whoever may read the folder can lock it.
  const auto end = std::chrono::steady_clock::now() + lock_patience;
  while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR || (errno == EWOULDBLOCK && std::chrono::steady_clock::now() < end)) {
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
      continue;
    }
    const int error = errno;
    ::close(descriptor_);
    fail_by(error, path, "another program has locked its folder");
  }
}

folder_lock::~folder_lock() {
  ::close(descriptor_);
}

void write_tokens(const std::string& path, const std::string& text) {
  const auto target = resolved(path);
  auto temporary = target + ".XXXXXX";
  open_file file{::mkostemp(temporary.data(), O_CLOEXEC)};  // with mode 0600
  if (file.get() < 0)
    fail_by(errno, path, "cannot be replaced");
  file.remove_at_end(temporary);
  struct stat status {};
  if (::stat(target.c_str(), &status) == 0) {
    // In this order: a change of owner may clear bits of the mode.
    if (::fchown(file.get(), status.st_uid, status.st_gid) != 0 ||
        ::fchmod(file.get(), status.st_mode & 07777) != 0)
      fail_by(errno, path, "its owner and mode cannot be preserved");
  }
  write_all(file.get(), text, path);
  if (::fsync(file.get()) != 0)
    fail_by(errno, path, "cannot be synced");
  if (::rename(temporary.c_str(), target.c_str()) != 0)
    fail_by(errno, path, "cannot be replaced");
  file.keep();
  sync_folder_of(target);
}

}  // namespace tokens
