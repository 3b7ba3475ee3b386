#include "http/protocol/pipeline.hpp"
#include "tests/unit/v1/pipeline_support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <variant>
#include <vector>

using awaited = http::pipeline::awaited;
using counter::full_reply;
using counter::outcome;
using counter::page;
using counter::page_request;
using unit::batch;
using unit::command_of;
using unit::connection;
using unit::get;
using unit::read_of;

TEST_CASE("responses of text and /v1 requests leave in the order of the requests") {
  std::vector<std::size_t> order(4);
  std::iota(order.begin(), order.end(), 0u);
  do {
    connection peer;
    const auto taken = peer.feed(get("/inc?name=a") + get("/v1/counters/b") + get("/v1/nope") +
                                 get("/get?name=c") + get("/v1/counters/d"));
    REQUIRE(taken.size() == 4);
    std::string output;
    for (const auto i : order) {
      if (taken[i].request)
        CHECK(peer.answer_to(taken[i], read_of(5)).empty());
      else
        peer.complete(taken[i], {outcome::ok, 4});
      output += peer.take_output();
    }
    const auto answers = unit::answers_in(output);
    REQUIRE(answers.size() == 5);
    CHECK(answers[0].body == "ok\n");
    CHECK(unit::member(answers[1].body, "name") == "\"b\"");
    CHECK(answers[2].status == 404);
    CHECK(answers[3].body == "c: 4\n");
    CHECK(unit::member(answers[4].body, "name") == "\"d\"");
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("a list begins when all earlier requests are complete, and later ones when it is") {
  connection peer;
  const auto taken = peer.feed(get("/get?name=a") + get("/v1/counters/b") + get("/v1/counters") +
                               get("/get?name=c") + get("/v1/counters"));
  REQUIRE(taken.size() == 2);
  CHECK(peer.next_step() == http::pipeline::step::wait);
  CHECK_FALSE(peer.wants_input());
  CHECK(peer.pipeline.awaits() == awaited::response);

  CHECK(peer.answer_to(taken[1], read_of(2)).empty());
  peer.complete(taken[0], {outcome::ok, 1});
  const auto list = peer.advance();
  CHECK(peer.take_answers().size() == 2);
  REQUIRE(list.size() == 1);
  CHECK(std::holds_alternative<page_request>(list[0].request.value()));

  const auto behind = peer.answer_to(list[0], page{outcome::ok, {}, true, ""});
  CHECK(peer.take_answers().size() == 1);
  REQUIRE(behind.size() == 1);
  CHECK(behind[0].name == "c");
  CHECK(peer.next_step() == http::pipeline::step::wait);
  peer.complete(behind[0], {outcome::ok, 3});
  const auto last = peer.advance();
  REQUIRE(last.size() == 1);
  CHECK(peer.answer_to(last[0], page{outcome::ok, {}, true, ""}).empty());
  CHECK(unit::bodies(peer.take_answers()) == "c: 3\n{\"counters\":[],\"next_cursor\":null}\n");
  CHECK(peer.wants_input());
  CHECK(peer.next_step() != http::pipeline::step::wait);
}

TEST_CASE(
    "a batch sends all operations at once, and holds back later requests until it is complete") {
  connection peer;
  const auto taken = peer.feed(get("/v1/counters/a") + batch() + get("/get?name=c"));
  REQUIRE(taken.size() == 2);
  REQUIRE(list_of(taken[1]).size() == 3);
  CHECK(list_of(taken[1])[0].name == "x");
  CHECK(list_of(taken[1])[2].name == "z");
  CHECK(peer.answer_to(taken[0], read_of(0)).empty());
  CHECK(peer.take_answers().size() == 1);
  CHECK(peer.next_step() == http::pipeline::step::wait);
  const auto behind = peer.answer_to(
      taken[1], counter::reply_list{read_of(1), full_reply{outcome::not_found}, read_of(3)});
  const auto answers = peer.take_answers();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].body.find("\"x\"") < answers[0].body.find("not-found"));
  CHECK(answers[0].body.find("not-found") < answers[0].body.find("\"z\""));
  REQUIRE(behind.size() == 1);
  CHECK(behind[0].name == "c");
}

TEST_CASE("requests of exchanges count towards the pipelining limit") {
  counter::limits few;
  few.pipelined_max = 2;
  connection peer{few};
  const auto taken =
      peer.feed(get("/v1/counters/a") + get("/v1/counters/b") + get("/v1/counters/c"));
  REQUIRE(taken.size() == 2);
  CHECK(peer.next_step() == http::pipeline::step::wait);
  const auto behind = peer.answer_to(taken[0], read_of(1));
  REQUIRE(behind.size() == 1);
  CHECK(command_of(behind[0]).name == "c");
}
