#include "tests/server/support/client.hpp"
#include "tests/server/support/issued_token.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <sys/stat.h>

using namespace support;

namespace {

std::string text_of(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

process::ending run(const words& arguments) {
  return process{counterd(arguments)}.wait();
}

/// Runs `counterd token check` with `input` as its stdin.
process::ending check(const std::string& input, const std::string& file) {
  words command{"sh", "-c", R"(printf '%s' "$0" | "$@")", input};
  const auto server = counterd({"token", "check", "--tokens", file});
  command.insert(command.end(), server.begin(), server.end());
  return process{command}.wait();
}

void check_refuses(const process::ending& ended, int exit_code, const std::string& mentions) {
  CAPTURE(ended.log);
  CAPTURE(mentions);
  CHECK(ended.exit_code == exit_code);
  CHECK(ended.output == "");
  CHECK(ended.log.starts_with("counterd: "));
  CHECK(std::count(ended.log.begin(), ended.log.end(), '\n') == 1);
  CHECK(ended.log.find(mentions) != std::string::npos);
  CHECK(ended.log.find("ctr_") == std::string::npos);
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("token create prints the line on stdout, and the token once on stderr") {
  const auto created =
      run({"token", "create", "--name", "shop-web", "--scopes", "add,read", "--prefix",
           "shop/,cart%20", "--delta", "-5..100", "--expires", "2099-12-31T00:00:00Z"});
  REQUIRE(created.exit_code == 0);
  CHECK(created.log.size() == 43);
  CHECK(created.log.starts_with("ctr_"));
  CHECK(created.output.starts_with("shop-web  sha256:"));
  CHECK(created.output.ends_with(
      "  read,add  prefix=shop/,cart%20  delta=-5..100  expires=2099-12-31T00:00:00Z\n"));
  CHECK(created.output.find("ctr_") == std::string::npos);
  const temporary_directory disk;
  const auto file = disk / "tokens";
  std::ofstream{file} << created.output;
  CHECK(mode_of(file) != 0);
  const auto judged = check(created.log, file);
  CHECK(judged.exit_code == 0);
  CHECK(judged.log == "");
  CHECK(judged.output ==
        "name: shop-web\nscopes: read,add\nprefix: shop/,cart%20\ndelta: -5..100\n"
        "expires: 2099-12-31T00:00:00Z\n");
  // Without and with a carriage return.
  CHECK(check(created.log.substr(0, 42), file).exit_code == 0);
  CHECK(check(created.log.substr(0, 42) + "\r\n", file).exit_code == 0);
}

TEST_CASE("token create loses no token whose line it has printed") {
  words command{"sh", "-c", R"(exec "$0" "$@" 2> /dev/full)"};
  const auto server = counterd({"token", "create", "--name", "a", "--scopes", "all"});
  command.insert(command.end(), server.begin(), server.end());
  const auto ended = process{command}.wait();
  CHECK(ended.exit_code == 1);
  CHECK(ended.output == "");
}

TEST_CASE("token create appends to a file that it creates with mode 0600") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto first = issue_token(file, "first", {"--scopes", "read"});
  CHECK(mode_of(file) == 0600);
  std::filesystem::permissions(file, std::filesystem::perms{0640});
  std::ofstream{file, std::ios::app} << "# a comment\n";
  const auto second = issue_token(file, "second", {"--scopes", "all"});
  CHECK(mode_of(file) == 0640);
  CHECK(text_of(file).find("# a comment\nsecond  sha256:") != std::string::npos);
  CHECK(check(first, file).output == "name: first\nscopes: read\n");
  CHECK(check(second, file).output ==
        "name: second\nscopes: read,list,add,write,delete,metrics,admin\n");
  check_refuses(run({"token", "create", "--name", "first", "--scopes", "all", "--tokens", file}), 2,
                "another token has this name");
}

TEST_CASE("token create does not replace a symbolic link") {
  const temporary_directory disk;
  const auto link = disk / "tokens";
  std::filesystem::create_symlink("none", link);
  check_refuses(run({"token", "create", "--name", "a", "--scopes", "all", "--tokens", link}), 2,
                "is a symbolic link to a file that cannot be found");
  CHECK(std::filesystem::is_symlink(link));
}

TEST_CASE("token check exits with 1 for a token that a server would refuse") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto old =
      issue_token(file, "old", {"--scopes", "read", "--expires", "2020-01-01T00:00:00Z"});
  const auto other = issue_token(disk / "others", "other", {"--scopes", "read"});
  check_refuses(check(old, file), 1, "the token old expired at 2020-01-01T00:00:00Z");
  check_refuses(check(other, file), 1, "unknown");
  check_refuses(check("ctr_secret", file), 1, "mistyped");
  check_refuses(check("", file), 1, "mistyped");
  check_refuses(check(std::string(100'000, 'x'), file), 1, "mistyped");
  check_refuses(check(old, disk / "missing"), 2, "cannot be opened");
}

TEST_CASE("token revoke removes one line, and leaves mode, links and the other bytes") {
  const temporary_directory disk;
  const auto real = disk / "real";
  const auto link = disk / "link";
  std::ofstream{real} << "# team A\r\n";
  std::filesystem::permissions(real, std::filesystem::perms{0640});
  std::filesystem::create_symlink("real", link);
  const auto first = issue_token(link, "first", {"--scopes", "read"});
  const auto before = text_of(real);
  const auto second = issue_token(link, "second", {"--scopes", "read"});
  const auto revoked = run({"token", "revoke", "second", "--tokens", link});
  CHECK(revoked.exit_code == 0);
  CHECK(revoked.log.starts_with("revoked second: "));
  CHECK(text_of(real) == before);
  CHECK(mode_of(real) == 0640);
  CHECK(std::filesystem::is_symlink(link));
  CHECK(std::distance(std::filesystem::directory_iterator{disk.path()}, {}) == 2);
  check_refuses(check(second, link), 1, "unknown");
  CHECK(check(first, link).exit_code == 0);
  check_refuses(run({"token", "revoke", "second", "--tokens", link}), 1, "has no token second");
  std::ofstream{real, std::ios::app} << "broken\n";
  check_refuses(run({"token", "revoke", "first", "--tokens", link}), 2, ":3: ");
}

TEST_CASE("counterd token refuses wrong flags with one line") {
  const struct {
    words arguments;
    std::string mentions;
  } cases[] = {
      {{"token"}, "create, check or revoke"},
      {{"token", "destroy"}, "destroy"},
      {{"token", "create"}, "required"},
      {{"token", "create", "--name", "a"}, "--scopes"},
      {{"token", "create", "--name", "a b", "--scopes", "all"}, "--name takes"},
      {{"token", "create", "--name", "", "--scopes", "all"}, "--name"},
      {{"token", "create", "--name", "a", "--scopes", "reads"}, "--scopes takes"},
      {{"token", "create", "--name", "a", "--scopes", "all", "--prefix", "a b"}, "--prefix takes"},
      {{"token", "create", "--name", "a", "--scopes", "all", "--prefix", ""}, "--prefix"},
      {{"token", "create", "--name", "a", "--scopes", "all", "--delta", "5"}, "--delta takes"},
      {{"token", "create", "--name", "a", "--scopes", "read", "--delta", "1..5"}, "scope add"},
      {{"token", "create", "--name", "a", "--scopes", "all", "--expires", "90d"},
       "--expires takes"},
      {{"token", "create", "--name", "a", "--scopes", "all", "--rate", "5"}, "--rate"},
      {{"token", "create", "--name", "a", "--scopes", "all", "--threads", "1"}, "--threads"},
      {{"--threads", "1", "token", "create", "--name", "a", "--scopes", "all"}, "token takes no"},
      {{"token", "create", "--name", "a", "--scopes", "all", "--tokens", ""}, "--tokens"},
      {{"token", "check"}, "--tokens FILE is missing"},
      {{"token", "check", "--tokens"}, "--tokens"},
      {{"token", "revoke", "--tokens", "/x"}, "NAME"},
      {{"token", "revoke", "a"}, "--tokens FILE is missing"},
      {{"token", "revoke", "a", "--tokens="}, "--tokens"},
  };
  for (const auto& [arguments, mentions] : cases) {
    CAPTURE(arguments);
    const auto ended = run(arguments);
    CAPTURE(ended.log);
    CHECK(ended.exit_code == 2);
    CHECK(ended.output == "");
    CHECK(std::count(ended.log.begin(), ended.log.end(), '\n') == 1);
    CHECK(ended.log.find(mentions) != std::string::npos);
  }
}

TEST_CASE("a server does not start with a token file that is faulty, and exits with 2") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  check_refuses(run({"--listen", "127.0.0.1:0", "--tokens", file}), 2, "cannot be opened");
  check_refuses(run({"--listen", "127.0.0.1:0", "--tokens", disk.path().string()}), 2,
                "is not a regular file");
  issue_token(file, "a", {"--scopes", "all"});
  std::ofstream{file, std::ios::app} << "b sha256:12 all\n";
  check_refuses(run({"--listen", "127.0.0.1:0", "--tokens", file}), 2,
                file + ":2: the second word must be sha256:");
  std::filesystem::permissions(file, std::filesystem::perms{0660});
  check_refuses(run({"--listen", "127.0.0.1:0", "--tokens", file}), 2, "run chmod go-w " + file);
}

TEST_CASE("clients on this machine need a token, unless --anonymous-local says what they may do") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  issue_token(file, "a", {"--scopes", "all"});
  server_process closed{{"--tokens", file}};
  CHECK(get(closed.port(), "/get?name=x").status == 401);
  server_process open{{"--tokens", file, "--anonymous-local", "read"}};
  CHECK(get(open.port(), "/get?name=x").status == 404);
  CHECK(get(open.port(), "/inc?name=x").status == 401);
  server_process without{{"--anonymous-local", "read"}};
  CHECK(get(without.port(), "/get?name=x").status == 404);
  CHECK(get(without.port(), "/inc?name=x").status == 403);
}
