// What is damaged is refused, or not told. Nothing that is wrong ever is.

#include "tests/server/durable/support/data.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/listing.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace support;

namespace {

namespace fs = std::filesystem;

constexpr int changes = 200;

/// Each change waits for the one before, so each is a record of its own.
void count_in(const server_process& server) {
  client connection{server.port()};
  for (int i = 0; i < changes; ++i)
    REQUIRE(connection.ask(get_request("/inc?name=x" + std::to_string(i % 10))).status == 200);
}

/// Ten counters in the log of a server that was killed.
void make_log(const std::string& directory) {
  count_in(server_process{kept_in(directory)});
}

/// Many counters in the blocks of a table, and nothing in a log.
void make_table(const std::string& directory) {
  server_process server{kept_in(directory)};
  client connection{server.port()};
  // More than are kept by rows of groups alone: the first have their own.
  create_many(connection, "c", 22'000);
  REQUIRE(server.stop().exit_code == 0);
}

/// Without the zeros that a log is written over.
std::uintmax_t written_bytes(const fs::path& log) {
  std::ifstream input{log, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{input}, {}};
  return bytes.find_last_not_of('\0') + 1;
}

void restore(const std::string& directory, const std::string& from) {
  fs::remove_all(directory);
  fs::copy(from, directory, fs::copy_options::recursive);
}

void check_whole(const std::string& directory) {
  const server_process server{kept_in(directory)};
  client connection{server.port()};
  for (int i = 0; i < 10; ++i)
    CHECK(value_of(connection, "x" + std::to_string(i)) == changes / 10);
}

}  // namespace

TEST_CASE("a log that is damaged or cut short is refused, and nothing of it is touched") {
  const temporary_directory disk;
  const auto whole = disk / "whole", data = disk / "data";
  make_log(whole);
  const auto size = written_bytes(file_of(whole, ".log"));
  REQUIRE(size > 4096);
  const words reasons{data + "/db", "acknowledged changes are missing at the end of the log",
                      "restore a backup"};
  for (const auto offset : {std::uintmax_t{0}, std::uintmax_t{7}, size / 3, size / 2, size - 1}) {
    CAPTURE(offset);
    restore(data, whole);
    flip(file_of(data, ".log"), offset);
    check_refused(data, reasons);
    check_refused(data, reasons);  // as often as it is tried
    const auto checked = check_of(data);
    CHECK(checked.exit_code > 0);
    CHECK(checked.log.find("acknowledged changes are missing") != checked.log.npos);
    CHECK(checked.output.ends_with("damaged: restore a backup\n"));
  }
  for (const auto left : {std::uintmax_t{0}, std::uintmax_t{1}, size / 2, size - 1}) {
    CAPTURE(left);
    restore(data, whole);
    fs::resize_file(file_of(data, ".log"), left);
    check_refused(data, reasons);
  }
  restore(data, whole);
  fs::remove(file_of(data, ".log"));
  check_refused(data, {data + "/db", "restore a backup"});
  // Mended, it is what it was.
  restore(data, whole);
  flip(file_of(data, ".log"), size / 2);
  check_refused(data, reasons);
  flip(file_of(data, ".log"), size / 2);
  check_whole(data);
}

TEST_CASE("what a crash leaves behind the last acknowledged change is no damage") {
  const temporary_directory disk;
  const auto data = disk / "data";
  make_log(data);
  // A record that was not written to its end.
  std::ofstream{file_of(data, ".log"), std::ios::app | std::ios::binary}
      << std::string{"\x12\x34\x56\x78\x80\x00\x01", 7} + std::string(40, 'x');
  check_whole(data);
  CHECK(check_of(data).output == told_of(10, 0));
}

TEST_CASE("without a witness, or with one that is damaged, it is refused") {
  const temporary_directory disk;
  const auto data = disk / "data";
  make_log(data);
  const auto witness = fs::path{data} / "witness", kept = fs::path{disk / "kept"};
  fs::rename(witness, kept);
  check_refused(data, {witness.string() + ": is missing", "restore a backup"});
  fs::copy(kept, witness);
  flip(witness, 0);
  flip(witness, 512);
  check_refused(data, {witness.string() + ": is damaged", "restore a backup"});
  fs::resize_file(witness, 0);
  check_refused(data, {witness.string() + ": is damaged", "restore a backup"});
  CHECK(check_of(data).exit_code > 0);
  // One of its two slots is enough: the other one may be torn.
  for (const std::uintmax_t slot : {0, 512}) {
    fs::copy_file(kept, witness, fs::copy_options::overwrite_existing);
    flip(witness, slot);
    check_whole(data);
  }
}

TEST_CASE("what RocksDB cannot do without is refused when it is damaged or missing") {
  const temporary_directory disk;
  const auto whole = disk / "whole", data = disk / "data";
  make_table(whole);
  restore(data, whole);
  fs::remove(fs::path{data} / "db/CURRENT");
  check_refused(data, {data + "/db", "CURRENT is missing", "restore a backup"});
  restore(data, whole);
  fs::remove_all(fs::path{data} / "db");
  fs::create_directory(fs::path{data} / "db");
  check_refused(data, {data + "/db", "CURRENT is missing", "restore a backup"});
  restore(data, whole);
  fs::remove(file_of(data, ".sst"));
  check_refused(data, {data + "/db", "restore a backup"});
  restore(data, whole);
  const auto manifest = fs::path{data} / "db" / "MANIFEST";
  for (const auto& entry : fs::directory_iterator{fs::path{data} / "db"})
    if (entry.path().string().starts_with(manifest.string()))
      flip(entry.path(), fs::file_size(entry.path()) / 2);
  check_refused(data, {data + "/db", "restore a backup"});
}

TEST_CASE("a table that is damaged tells no value, and the check finds it") {
  const temporary_directory disk;
  const auto data = disk / "data";
  make_table(data);
  flip(file_of(data, ".sst"), 20);  // in the first block
  const auto checked = check_of(data);
  CHECK(checked.exit_code > 0);
  CHECK(checked.log.find("counterd: ") == 0);
  CHECK(checked.output.ends_with("damaged: restore a backup\n"));
  const server_process server{kept_in(data)};
  client connection{server.port()};
  for (const auto& asked : {get_request("/v1/counters/c000000"), get_request("/v1/counters"),
                            request("POST", "/v1/counters/c000000")})
    CHECK(defect_of_problem(connection.ask(asked), 500, "internal") == "");
  const auto text = connection.ask(get_request("/get?name=c000000"));
  CHECK(text.status == 500);
  CHECK(text.body == "the disk cannot be read\n");
  // Of another block.
  CHECK(value_of(connection, "c000700") == 700);
}
