// Damaged data directories: a start refuses, or reads fail. No reply has a wrong value.

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

/// Leaves ten counters in the log of a server that was killed.
void make_log(const std::string& directory) {
  count_in(server_process{stored_in(directory)});
}

/// Leaves many counters in the blocks of a table, and nothing in a log.
void make_table(const std::string& directory) {
  server_process server{stored_in(directory)};
  client connection{server.port()};
  // More than the write buffer holds, so that the first have rows of their own.
  create_many(connection, "c", 22'000);
  REQUIRE(server.stop().exit_code == 0);
}

/// The size of a log without the zeros at its end.
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
  const server_process server{stored_in(directory)};
  client connection{server.port()};
  for (int i = 0; i < 10; ++i)
    CHECK(value_of(connection, "x" + std::to_string(i)) == changes / 10);
}

}  // namespace

TEST_CASE("a start refuses a log that is damaged or cut short, and changes nothing") {
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
    check_refused(data, reasons);  // and again
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
  // Repaired, it has everything.
  restore(data, whole);
  flip(file_of(data, ".log"), size / 2);
  check_refused(data, reasons);
  flip(file_of(data, ".log"), size / 2);
  check_whole(data);
}

TEST_CASE("a start accepts a torn record after the last acknowledged change") {
  const temporary_directory disk;
  const auto data = disk / "data";
  make_log(data);
  // The beginning of a record.
  std::ofstream{file_of(data, ".log"), std::ios::app | std::ios::binary}
      << std::string{"\x12\x34\x56\x78\x80\x00\x01", 7} + std::string(40, 'x');
  check_whole(data);
  CHECK(check_of(data).output == report_of(10, 0));
}

TEST_CASE("a start refuses a commit watermark that is missing or damaged") {
  const temporary_directory disk;
  const auto data = disk / "data";
  make_log(data);
  const auto watermark = fs::path{data} / "witness", saved = fs::path{disk / "saved"};
  fs::rename(watermark, saved);
  check_refused(data, {watermark.string() + ": is missing", "restore a backup"});
  fs::copy(saved, watermark);
  flip(watermark, 0);
  flip(watermark, 512);
  check_refused(data, {watermark.string() + ": is damaged", "restore a backup"});
  fs::resize_file(watermark, 0);
  check_refused(data, {watermark.string() + ": is damaged", "restore a backup"});
  CHECK(check_of(data).exit_code > 0);
  // A crash during a write may have torn one of the two slots.
  for (const std::uintmax_t slot : {0, 512}) {
    fs::copy_file(saved, watermark, fs::copy_options::overwrite_existing);
    flip(watermark, slot);
    check_whole(data);
  }
}

TEST_CASE("a start refuses a database without CURRENT, a table or a valid MANIFEST") {
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

TEST_CASE("a damaged table fails reads, and counterd check finds it") {
  const temporary_directory disk;
  const auto data = disk / "data";
  make_table(data);
  flip(file_of(data, ".sst"), 20);  // in the first block
  const auto checked = check_of(data);
  CHECK(checked.exit_code > 0);
  CHECK(checked.log.find("counterd: ") == 0);
  CHECK(checked.output.ends_with("damaged: restore a backup\n"));
  const server_process server{stored_in(data)};
  client connection{server.port()};
  for (const auto& read : {get_request("/v1/counters/c000000"), get_request("/v1/counters"),
                           request("POST", "/v1/counters/c000000")})
    CHECK(defect_of_problem(connection.ask(read), 500, "internal") == "");
  const auto text = connection.ask(get_request("/get?name=c000000"));
  CHECK(text.status == 500);
  CHECK(text.body == "the disk cannot be read\n");
  // In another block.
  CHECK(value_of(connection, "c000700") == 700);
}
