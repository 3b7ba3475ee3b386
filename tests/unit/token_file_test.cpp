#include "rights/token_file.hpp"
#include "rights/limits.hpp"
#include "rights/token_set.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using rights::file_fault;
using rights::parse_token_file;
using rights::scope;
using rights::scope_set;
using rights::token_entry;

namespace {

/// Returns the second word of a line: a digest that depends on the number.
std::string digest_word(std::size_t number) {
  auto digits = std::to_string(number);
  return "sha256:" + std::string(64 - digits.size(), '0') + digits;
}

std::string line(std::size_t number, const std::string& rest = "read") {
  return "t" + std::to_string(number) + " " + digest_word(number) + " " + rest + "\n";
}

std::vector<token_entry> accepted(std::string_view text) {
  auto parsed = parse_token_file(text);
  if (const auto* fault = std::get_if<file_fault>(&parsed))
    FAIL(fault->problem);
  return std::get<std::vector<token_entry>>(parsed);
}

file_fault refused(std::string_view text) {
  const auto parsed = parse_token_file(text);
  REQUIRE(std::holds_alternative<file_fault>(parsed));
  return std::get<file_fault>(parsed);
}

}  // namespace

TEST_CASE("parse_token_file() reads names, digests, scopes and limits") {
  const auto entries = accepted(
      "# a comment\n\n  \t\n   # another\n"
      "grafana   " +
      digest_word(1) + "  read,list\n" + "shop-web\t" + digest_word(2) +
      " read,add prefix=shop/,cart%20  delta=1..100 \n" + "intern " + digest_word(3) +
      " read expires=2027-01-31T00:00:00Z\n" + "  ops " + digest_word(4) + " all\n");
  REQUIRE(entries.size() == 4);
  CHECK(entries[0].grant.name == "grafana");
  CHECK(rights::to_hex(entries[0].digest) == digest_word(1).substr(7));
  CHECK(entries[0].grant.scopes == scope_set{scope::read, scope::list});
  CHECK(entries[0].grant.prefixes.empty());
  CHECK_FALSE(entries[0].grant.deltas);
  CHECK_FALSE(entries[0].grant.expires_at);
  CHECK(entries[1].grant.prefixes == std::vector<std::string>{"shop/", "cart "});
  CHECK(entries[1].grant.deltas == rights::delta_range{1, 100});
  CHECK(entries[2].grant.expires_at);
  CHECK(entries[3].grant.scopes == scope_set::all());
  for (const auto& entry : entries) {
    CAPTURE(entry.grant.name);
    CHECK(accepted(rights::to_line(entry) + "\n") == std::vector<token_entry>{entry});
  }
}

TEST_CASE("parse_token_file() takes a byte order mark, CRLF and no tokens at all") {
  CHECK(accepted("").empty());
  CHECK(accepted("\xef\xbb\xbf").empty());
  CHECK(accepted("# nothing\r\n\r\n").empty());
  const auto entries = accepted(
      "\xef\xbb\xbf"
      "a " +
      digest_word(1) + " read\r\nb " + digest_word(2) + " add delta=1..2\r\n");
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].grant.name == "a");
  CHECK(entries[1].grant.deltas == rights::delta_range{1, 2});
  CHECK(refused("a " + digest_word(1) +
                " read\n\xef\xbb\xbf"
                "b " +
                digest_word(2) + " read")
            .line == 2);
}

TEST_CASE("parse_token_file() names the line of the first fault, and repeats nothing of it") {
  const auto secret = "ctr_0123456789ABCDEFGHIJKLMNOPQRSTUVsecret";
  const auto good = digest_word(9);
  struct {
    std::string line;
    std::string_view mentions;
  } const cases[] = {
      {secret, "second word"},
      {"a", "second word"},
      {"-a " + good + " read", "first word"},
      {"a:b " + good + " read", "first word"},
      {std::string(65, 'x') + " " + good + " read", "first word"},
      {"a " + std::string{secret} + " read", "second word"},
      {"a sha256:12 read", "second word"},
      {"a SHA256:" + good.substr(7) + " read", "second word"},
      {"a spki-sha256:" + good.substr(7) + " read cert", "second word"},
      {"a " + good + "0 read", "second word"},
      {"a " + good, "third word"},
      {"a " + good + " reads", "third word"},
      {"a " + good + " read, add", "third word"},
      {"a " + good + " none", "third word"},
      {"a " + good + " " + secret, "third word"},
      {"a " + good + " read " + secret, "unknown"},
      {"a " + good + " read cert", "unknown"},
      {"a " + good + " add rate=10/s", "unknown"},
      {"a " + good + " read Prefix=a", "unknown"},
      {"a " + good + " read # comment", "unknown"},
      {"a " + good + " read prefix=", "prefix="},
      {"a " + good + " read prefix=a prefix=b", "prefix= is given twice"},
      {"a " + good + " read prefix=%zz", "prefix="},
      {"a " + good + " read prefix=" + std::string(257, 'x'), "prefix="},
      {"a " + good + " add delta=2..1", "delta="},
      {"a " + good + " add delta=1", "delta="},
      {"a " + good + " add delta=1..1 delta=1..1", "delta= is given twice"},
      {"a " + good + " read delta=1..2", "needs the scope add"},
      {"a " + good + " read expires=2027-01-31", "expires="},
      {"a " + good + " read expires=2027-02-30T00:00:00Z", "expires="},
      {"a " + good + " read prefix=a\rb", "prefix="},
      {"t1 " + good + " read", "another token has this name"},
      {"a " + digest_word(1) + " read", "another line has this digest"},
      {"a " + good + " read" + std::string(4096, ' '), "4096"},
  };
  for (const auto& [bad, mentions] : cases) {
    CAPTURE(bad);
    const auto fault = refused("# comment\n" + line(1) + "\n" + bad + "\n" + line(2));
    CHECK(fault.line == 4);
    CHECK(fault.problem.find(mentions) != fault.problem.npos);
    CHECK(fault.problem.find("secret") == fault.problem.npos);
    CHECK(fault.problem.find('\n') == fault.problem.npos);
    // The last line needs no end.
    CHECK(refused(line(1) + bad).line == 2);
  }
}

TEST_CASE("parse_token_file() takes 10,000 tokens and no more") {
  std::string text;
  for (std::size_t i = 0; i < rights::limits::tokens_max; ++i)
    text += line(i);
  CHECK(accepted(text).size() == 10'000);
  const auto fault = refused(text + line(10'000));
  CHECK(fault.line == 10'001);
  CHECK(fault.problem.find("10000") != fault.problem.npos);
  CHECK(accepted(text + std::string(10'000, '\n')).size() == 10'000);
  CHECK(refused(text + std::string(10'001, '\n')).line == 20'001);
}

TEST_CASE("without_token() removes one line, and leaves every other byte") {
  const auto text = "\xef\xbb\xbf# t2 is not here\r\n" + line(1) + "\n  t2\t" + digest_word(2) +
                    " read\r\n" + line(3);
  CHECK(rights::without_token(text, "t2") ==
        "\xef\xbb\xbf# t2 is not here\r\n" + line(1) + "\n" + line(3));
  CHECK(rights::without_token(text, "t") == text);
  CHECK(rights::without_token(line(1).substr(0, line(1).size() - 1), "t1") == "");
}

TEST_CASE("a token_set finds what a digest gives") {
  std::string text;
  for (std::size_t i = 0; i < 1000; ++i)
    text += line(i);
  const rights::token_set set{accepted(text)};
  CHECK(set.size() == 1000);
  for (std::size_t i = 0; i < 1000; i += 37) {
    const auto* grant = set.find(*rights::parse_hex(digest_word(i).substr(7)));
    REQUIRE(grant != nullptr);
    CHECK(grant->name == "t" + std::to_string(i));
  }
  // The first bytes are the same, which the index looks at.
  CHECK(set.find(*rights::parse_hex(digest_word(1000).substr(7))) == nullptr);
  CHECK(rights::token_set{{}}.find({}) == nullptr);
}

TEST_CASE("parse_token_file() refuses a last line without an end: what limits a token comes last") {
  const auto whole = line(1, "add  prefix=shop/  delta=1..5  expires=2030-01-01T00:00:00Z");
  for (std::size_t bytes = 1; bytes < whole.size(); ++bytes) {
    CAPTURE(bytes);
    CHECK(refused(std::string_view{whole}.substr(0, bytes)).line == 1);
  }
  CHECK(accepted(whole).size() == 1);
  CHECK(refused(whole + "# a comment").line == 2);
}
