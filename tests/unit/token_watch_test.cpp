#include "tokens/token_watch.hpp"
#include "tests/unit/token_support.hpp"
#include "tokens/commands.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace {

namespace fs = std::filesystem;

/// A token file in a folder of its own.
class token_file {
public:
  token_file() {
    auto folder = (fs::temp_directory_path() / "counterd-test-XXXXXX").string();
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    folder_ = folder;
    write("");
  }
  ~token_file() { fs::remove_all(folder_); }
  token_file(const token_file&) = delete;
  token_file& operator=(const token_file&) = delete;

  std::string path() const { return (folder_ / "tokens").string(); }

  std::string add(const std::string& name) const {
    return add({.name = name, .scopes = {rights::scope::add}});
  }
  std::string add(const rights::grant& grant) const {
    const auto created = tokens::create(grant);
    tokens::append(created.line, grant.name, path(), [] {});
    return created.token;
  }
  void write(const std::string& text) const { std::ofstream{path()} << text; }
  /// Makes the last change look older than it is.
  void age() const {
    const timespec times[] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
    REQUIRE(::utimensat(AT_FDCWD, path().c_str(), times, 0) == 0);
  }

private:
  fs::path folder_;
};

}  // namespace

TEST_CASE("a token_watch reads a file that took the place of another at once") {
  const token_file file;
  file.add("first");
  tokens::token_watch watch{file.path()};
  CHECK(watch.tokens()->size() == 1);
  CHECK(watch.check() == nullptr);
  CHECK(watch.check(/*now=*/true) == nullptr);
  const auto before = watch.tokens();
  file.add("second");  // by a rename
  const auto after = watch.check();
  REQUIRE(after != nullptr);
  CHECK(after == watch.tokens());
  CHECK(after->size() == 2);
  CHECK(before->size() == 1);
  CHECK(watch.check() == nullptr);
}

TEST_CASE("a token_watch leaves a file that is being written in place") {
  const token_file file;
  file.add("first");
  tokens::token_watch watch{file.path()};
  file.write("");
  CHECK(watch.check() == nullptr);
  CHECK(watch.tokens()->size() == 1);
  file.age();
  REQUIRE(watch.check() != nullptr);
  CHECK(watch.tokens()->size() == 0);
  file.write("# changed\n");
  CHECK(watch.check() == nullptr);
  CHECK(watch.check(/*now=*/true) != nullptr);
}

TEST_CASE("a token_watch waits once for a file that is written again and again") {
  const token_file file;
  file.add("first");
  tokens::token_watch watch{file.path()};
  file.write("");
  CHECK(watch.check() == nullptr);
  CHECK(watch.is_being_written());
  file.write("# none\n");
  CHECK(watch.check() != nullptr);
  CHECK_FALSE(watch.is_being_written());
  CHECK(watch.tokens()->size() == 0);
}

TEST_CASE("a token_watch reports each fault once, and its tokens stay") {
  const token_file file;
  file.add("first");
  tokens::token_watch watch{file.path()};
  file.write("broken\n");
  file.age();
  CHECK_THROWS_WITH_AS(
      watch.check(),
      (file.path() + ":1: the second word must be sha256: and 64 hexadecimal digits").c_str(),
      std::runtime_error);
  CHECK(watch.check() == nullptr);
  CHECK(watch.tokens()->size() == 1);
  fs::remove(file.path());
  CHECK_THROWS_AS(watch.check(), std::runtime_error);
  CHECK(watch.check() == nullptr);
  CHECK(watch.tokens()->size() == 1);
  file.add("second");
  file.add("third");
  CHECK(watch.check() != nullptr);
  CHECK(watch.tokens()->size() == 2);
}

TEST_CASE("check() judges a token as a server does, to the second") {
  const token_file file;
  const std::chrono::sys_seconds end{std::chrono::seconds{2'000'000'000}};
  const auto token = file.add({.name = "a", .scopes = {rights::scope::add}, .expires_at = end});
  CHECK(tokens::check(token, file.path(), end - std::chrono::seconds{1}).is_good);
  CHECK_FALSE(tokens::check(token, file.path(), end).is_good);
  CHECK(tokens::check(token, file.path(), end).text ==
        "the token a expired at 2033-05-18T03:33:20Z");
  CHECK(tokens::revoke("a", file.path()));
  CHECK_FALSE(tokens::check(token, file.path(), end - std::chrono::seconds{1}).is_good);
  CHECK_FALSE(tokens::revoke("a", file.path()));
}

TEST_CASE("a token_watch reads a changed file that could not be opened at the next look") {
  const token_file file;
  file.add("first");
  tokens::token_watch watch{file.path()};
  CHECK(tokens::revoke("first", file.path()));
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  rlimit none{0, limit.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  CHECK_THROWS(static_cast<void>(watch.check()));
  CHECK(watch.check() == nullptr);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(watch.tokens()->size() == 1);
  CHECK(watch.check() != nullptr);
  CHECK(watch.tokens()->size() == 0);
}

TEST_CASE("a token_watch reports a faulty file again only if it changes, or now") {
  const token_file file;
  file.add("first");
  tokens::token_watch watch{file.path()};
  file.write("nonsense");
  file.age();
  CHECK_THROWS(static_cast<void>(watch.check()));
  CHECK(watch.check() == nullptr);
  CHECK_THROWS(static_cast<void>(watch.check(/*now=*/true)));
}

TEST_CASE("read_tokens() refuses a folder in which others may replace the file") {
  const token_file file;
  file.add("first");
  const auto folder = fs::path{file.path()}.parent_path();
  REQUIRE(::chmod(folder.c_str(), 0777) == 0);
  CHECK_THROWS_AS(tokens::read_tokens(file.path()), tokens::faulty_token_file);
  REQUIRE(::chmod(folder.c_str(), 01777) == 0);  // as /tmp
  CHECK(tokens::read_tokens(file.path()).entries.size() == 1);
  if (::geteuid() != 0)
    return;  // the others need another owner
  constexpr uid_t nobody = 65534;
  REQUIRE(::chown(folder.c_str(), 0, nobody) == 0);
  REQUIRE(::chmod(folder.c_str(), 0775) == 0);
  CHECK_THROWS_AS(tokens::read_tokens(file.path()), tokens::faulty_token_file);
  REQUIRE(::chmod(folder.c_str(), 0755) == 0);
  CHECK(tokens::read_tokens(file.path()).entries.size() == 1);
  REQUIRE(::chown(folder.c_str(), nobody, 0) == 0);
  CHECK_THROWS_AS(tokens::read_tokens(file.path()), tokens::faulty_token_file);
  REQUIRE(::chown(folder.c_str(), 0, 0) == 0);
}

TEST_CASE("root writes no file into a folder of another user, who could replace it by a link") {
  if (::geteuid() != 0)
    return;
  const token_file file;
  file.add("first");
  const auto folder = fs::path{file.path()}.parent_path();
  const auto added = (folder / "new").string();
  constexpr uid_t user = 65534;
  for (const auto& [owner, mode] : {std::pair{user, 0755}, {user, 01777}, {uid_t{0}, 0777}}) {
    REQUIRE(::chown(folder.c_str(), owner, 0) == 0);
    REQUIRE(::chmod(folder.c_str(), static_cast<mode_t>(mode)) == 0);
    CHECK_THROWS_AS(tokens::revoke("first", file.path()), tokens::faulty_token_file);
    CHECK_THROWS_AS(tokens::append("line", "second", file.path(), [] {}),
                    tokens::faulty_token_file);
    CHECK_THROWS_AS(tokens::append("line", "second", added, [] {}), tokens::faulty_token_file);
    CHECK_FALSE(fs::exists(added));
  }
  REQUIRE(::chown(folder.c_str(), 0, 0) == 0);
  REQUIRE(::chmod(folder.c_str(), 0755) == 0);
  REQUIRE(::chown(file.path().c_str(), user, user) == 0);
  CHECK_THROWS_AS(tokens::revoke("first", file.path()), tokens::faulty_token_file);
}

TEST_CASE("read_tokens() refuses a symbolic link that others may replace") {
  const token_file file, other;
  file.add("first");
  const auto folder = fs::path{other.path()}.parent_path();
  const auto link = folder / "link";
  fs::create_symlink(file.path(), link);
  CHECK(tokens::read_tokens(link).entries.size() == 1);
  REQUIRE(::chmod(folder.c_str(), 0777) == 0);
  CHECK_THROWS_AS(tokens::read_tokens(link), tokens::faulty_token_file);
}

TEST_CASE("a token_watch reads a changed file when its folder is mended") {
  const token_file file;
  file.add("first");
  tokens::token_watch watch{file.path()};
  const auto folder = fs::path{file.path()}.parent_path();
  CHECK(tokens::revoke("first", file.path()));
  REQUIRE(::chmod(folder.c_str(), 0777) == 0);
  CHECK_THROWS(static_cast<void>(watch.check()));
  CHECK(watch.check() == nullptr);
  REQUIRE(::chmod(folder.c_str(), 0755) == 0);
  REQUIRE(watch.check() != nullptr);
  CHECK(watch.tokens()->size() == 0);
  // Somebody who asks is told that the folder is wrong, though the file is the same.
  REQUIRE(::chmod(folder.c_str(), 0777) == 0);
  CHECK(watch.check() == nullptr);
  CHECK_THROWS(static_cast<void>(watch.check(/*now=*/true)));
}
