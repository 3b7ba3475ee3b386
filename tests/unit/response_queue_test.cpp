#include "http/protocol/response_queue.hpp"
#include "counter/limits.hpp"
#include "tests/unit/allocations.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

using http::response_queue;
using http::status;

namespace {

constexpr std::string_view date = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr http::framing kept{.http_11 = true, .keep_alive = true, .is_head = false};

void complete(response_queue& queue, response_queue::slot_type slot, std::string_view body) {
  queue.complete(slot, {status::ok, body}, date);
}

std::string rendered(std::string_view body, const http::framing& framing = kept) {
  std::string output;
  http::render(output, {status::ok, body}, framing, date);
  return output;
}

std::string take(response_queue& queue) {
  const std::string output{queue.output()};
  queue.consume(output.size());
  return output;
}

}  // namespace

TEST_CASE("response_queue outputs responses in order, completed in any order") {
  std::array<std::size_t, 5> order;
  std::iota(order.begin(), order.end(), 0u);
  do {
    response_queue queue;
    std::vector<response_queue::slot_type> slots;
    std::string expected;
    for (std::size_t i = 0; i < order.size(); ++i) {
      slots.push_back(queue.open(kept));
      expected += rendered(std::to_string(i));
    }
    std::string output;
    for (const auto i : order) {
      complete(queue, slots[i], std::to_string(i));
      output += take(queue);
    }
    REQUIRE(output == expected);
    REQUIRE(queue.empty());
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("output() has a response as soon as all earlier ones are complete") {
  response_queue queue;
  const auto first = queue.open(kept), second = queue.open(kept), third = queue.open(kept);
  complete(queue, second, "2");
  CHECK(queue.output() == "");
  CHECK(queue.size() == 3);
  complete(queue, first, "1");
  CHECK(queue.output() == rendered("1") + rendered("2"));
  CHECK(queue.size() == 1);
  complete(queue, third, "3");
  CHECK(queue.output() == rendered("1") + rendered("2") + rendered("3"));
  CHECK(queue.empty());
}

TEST_CASE("open() keeps the order when the ring grows, wherever its oldest entry is") {
  for (const std::size_t room : {1u, 2u, 4u, 8u, 16u})
    for (std::size_t turned = 0; turned < room; ++turned) {
      CAPTURE(room);
      CAPTURE(turned);
      response_queue queue;
      std::vector<response_queue::slot_type> slots;
      std::string expected;
      auto open = [&] {
        expected += rendered(std::to_string(slots.size()));
        slots.push_back(queue.open(kept));
      };
      for (std::size_t i = 0; i < room; ++i)
        open();
      for (std::size_t i = 0; i < turned; ++i) {
        complete(queue, slots[i], std::to_string(i));
        open();
      }
      REQUIRE(queue.size() == room);
      for (auto i = turned + 1; i < slots.size(); ++i)
        complete(queue, slots[i], std::to_string(i));
      open();  // one more than the ring has room for
      complete(queue, slots[turned], std::to_string(turned));
      complete(queue, slots.back(), std::to_string(slots.size() - 1));
      CHECK(queue.output() == expected);
      CHECK(queue.empty());
    }
}

TEST_CASE("complete() frames each response as its own request asked") {
  response_queue queue;
  const http::framing head{.http_11 = false, .keep_alive = true, .is_head = true};
  const auto first = queue.open(head), second = queue.open(kept);
  complete(queue, second, "2");
  complete(queue, first, "1");
  CHECK(queue.output() == rendered("1", head) + rendered("2"));
}

TEST_CASE("close_after_newest() changes the newest response, unless it is rendered") {
  http::framing last = kept;
  last.keep_alive = false;
  response_queue queue;
  CHECK_FALSE(queue.close_after_newest());
  const auto first = queue.open(kept), second = queue.open(kept);
  CHECK(queue.close_after_newest());
  complete(queue, second, "2");
  CHECK_FALSE(queue.close_after_newest());
  complete(queue, first, "1");
  CHECK(queue.output() == rendered("1") + rendered("2", last));
  CHECK_FALSE(queue.close_after_newest());
}

TEST_CASE("consume() removes output in pieces") {
  response_queue queue;
  complete(queue, queue.open(kept), "1");
  queue.consume(0);
  const auto whole = rendered("1") + rendered("2");
  queue.consume(5);
  CHECK(queue.output() == rendered("1").substr(5));
  complete(queue, queue.open(kept), "2");
  for (std::size_t sent = 5; sent < whole.size(); ++sent) {
    REQUIRE(queue.output() == whole.substr(sent));
    queue.consume(1);
  }
  CHECK(queue.output() == "");
}

TEST_CASE("append_between() adds bytes between two responses") {
  response_queue queue;
  complete(queue, queue.open(kept), "1");
  queue.append_between("between");
  complete(queue, queue.open(kept), "2");
  CHECK(queue.output() == rendered("1") + "between" + rendered("2"));
}

TEST_CASE("consume() bounds the sent part though the output is never empty") {
  response_queue queue;
  auto lowest = UINTPTR_MAX;
  std::uintptr_t highest = 0;
  for (int round = 0; round < 10'000; ++round) {
    complete(queue, queue.open(kept), "ok\n");
    queue.consume(queue.output().size() - 1);
    if (round < 100)
      continue;  // the buffer has reached its final size
    const auto address = reinterpret_cast<std::uintptr_t>(queue.output().data());
    lowest = std::min(lowest, address);
    highest = std::max(highest, address);
  }
  CHECK(highest - lowest < counter::limits::output_bytes_max);
}

TEST_CASE("shrink() keeps no memory of responses before one that goes on for long") {
  response_queue queue;
  const auto before = unit::allocations::now().live_bytes;
  std::vector<response_queue::slot_type> slots;
  for (int i = 0; i < 100; ++i)
    slots.push_back(queue.open(kept));
  // In reverse order, so that every response waits for the first, in a buffer of its own.
  for (auto i = slots.size() - 1; i-- > 0;)
    complete(queue, slots[i], std::string(500, 'x'));
  take(queue);
  REQUIRE(queue.size() == 1);
  queue.shrink(0);
  CHECK(unit::allocations::now().live_bytes - before < 500 + slots.capacity() * sizeof slots[0]);
  complete(queue, slots.back(), "last");
  const auto next = queue.open(kept);
  complete(queue, next, "next");
  CHECK(queue.output() == rendered("last") + rendered("next"));
}

TEST_CASE("shrink() frees memory, and the queue goes on") {
  response_queue queue;
  std::vector<response_queue::slot_type> slots;
  for (int i = 0; i < 100; ++i)
    slots.push_back(queue.open(kept));
  for (const auto slot : slots)
    complete(queue, slot, "ok\n");
  take(queue);
  queue.shrink(0);
  CHECK(queue.empty());
  const auto first = queue.open(kept), second = queue.open(kept);
  CHECK(first == slots.back() + 1);
  complete(queue, second, "2");
  complete(queue, first, "1");
  CHECK(queue.output() == rendered("1") + rendered("2"));
}

// -- responses whose length is not known when they begin ------------------------------

namespace {

constexpr http::framing http_10{.http_11 = false, .keep_alive = true, .is_head = false};
constexpr http::framing head_request{.http_11 = true, .keep_alive = true, .is_head = true};

/// Returns the bytes behind the header.
std::string body_of(std::string_view output) {
  return std::string{output.substr(output.find("\r\n\r\n") + 4)};
}

}  // namespace

TEST_CASE("begin(), append() and end() render a body in the chunked transfer coding") {
  response_queue queue;
  const auto slot = queue.open(kept);
  CHECK(queue.begin(slot, {.type = "text/event-stream"}, date));
  const std::string header{queue.output()};
  CHECK(header.find("\r\nTransfer-Encoding: chunked\r\n\r\n") != header.npos);
  CHECK(header.find("\r\nContent-Type: text/event-stream\r\n") != header.npos);
  CHECK(header.find("Content-Length") == header.npos);
  CHECK(header.find("Connection") == header.npos);
  queue.append(slot, "hello");
  queue.append(slot, "");  // an empty piece would end the body
  queue.append(slot, std::string(26, 'x'));
  CHECK(body_of(queue.output()) == "5\r\nhello\r\n1a\r\n" + std::string(26, 'x') + "\r\n");
  CHECK(queue.size() == 1);
  queue.end(slot);
  CHECK(body_of(queue.output()).ends_with("x\r\n0\r\n\r\n"));
  CHECK(queue.empty());
}

TEST_CASE("begin() to HTTP/1.0 ends the body with the connection") {
  response_queue queue;
  const auto slot = queue.open(http_10);
  CHECK_FALSE(queue.begin(slot, {}, date));
  queue.append(slot, "hello");
  queue.end(slot);
  const std::string output{queue.output()};
  CHECK(output.find("\r\nConnection: close\r\n") != output.npos);
  CHECK(output.find("Transfer-Encoding") == output.npos);
  CHECK(body_of(output) == "hello");
}

TEST_CASE("begin() of a response to HEAD renders the header of a GET and no body") {
  response_queue queue;
  const auto get = queue.open(kept);
  queue.begin(get, {}, date);
  const std::string header{queue.output()};
  queue.end(get);
  queue.consume(queue.output().size());
  const auto head = queue.open(head_request);
  CHECK(queue.begin(head, {}, date));
  queue.append(head, "hello");
  queue.end(head);
  CHECK(queue.output() == header);
}

TEST_CASE("append() to a later response waits for its turn, then goes out at once") {
  response_queue queue;
  const auto first = queue.open(kept);
  const auto second = queue.open(kept);
  const auto third = queue.open(kept);
  queue.begin(second, {}, date);
  queue.append(second, "early");
  complete(queue, third, "3");
  CHECK(queue.output() == "");
  const auto waiting = queue.bytes();
  CHECK(waiting > rendered("3").size());
  complete(queue, first, "1");
  CHECK(queue.bytes() == waiting + rendered("1").size());
  const std::string output{queue.output()};
  CHECK(output.starts_with(rendered("1")));
  CHECK(output.ends_with("5\r\nearly\r\n"));
  queue.append(second, "late");
  CHECK(queue.output().ends_with("4\r\nlate\r\n"));
  CHECK(queue.size() == 2);
  queue.end(second);
  CHECK(queue.output().ends_with("0\r\n\r\n" + rendered("3")));
  CHECK(queue.bytes() == queue.output().size());
  CHECK(queue.empty());
}

TEST_CASE("close_after_newest() comes too late for a response that was begun") {
  response_queue queue;
  queue.begin(queue.open(kept), {}, date);
  CHECK_FALSE(queue.close_after_newest());
}
