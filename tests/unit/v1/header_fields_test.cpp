#include "http/protocol/header_fields.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

using http::header_fields;
using name = http::header_fields::name;

TEST_CASE("find() returns the value of a field that was added and nullopt for others") {
  header_fields fields;
  CHECK(fields.count(name::accept) == 0);
  CHECK(fields.find(name::accept) == std::nullopt);
  fields.add(name::accept, "text/plain");
  fields.add(name::if_match, "");
  CHECK(fields.count(name::accept) == 1);
  CHECK(fields.find(name::accept) == "text/plain");
  CHECK(fields.count(name::if_match) == 1);
  CHECK(fields.find(name::if_match) == "");
  CHECK(fields.find(name::if_none_match) == std::nullopt);
  CHECK(fields.count(name::content_type) == 0);
}

TEST_CASE("find() joins repeated fields into one list in their order") {
  header_fields fields;
  fields.add(name::if_match, "\"1\"");
  fields.add(name::accept, "a");
  fields.add(name::if_match, "");
  fields.add(name::if_match, "\"2\", \"3\"");
  CHECK(fields.count(name::if_match) == 3);
  CHECK(fields.find(name::if_match) == "\"1\", , \"2\", \"3\"");
  CHECK(fields.find(name::accept) == "a");
}

TEST_CASE("add() takes a value of 65535 bytes, and any byte") {
  header_fields fields;
  const std::string longest(UINT16_MAX, '\0');
  fields.add(name::idempotency_key, longest);
  fields.add(name::accept, "behind it");
  CHECK(fields.find(name::idempotency_key) == longest);
  CHECK(fields.find(name::accept) == "behind it");
}

TEST_CASE("clear() removes all fields, and add() works afterwards") {
  header_fields fields;
  fields.add(name::accept, "old");
  fields.clear();
  CHECK(fields.count(name::accept) == 0);
  fields.add(name::content_type, "new");
  CHECK(fields.find(name::accept) == std::nullopt);
  CHECK(fields.find(name::content_type) == "new");
  fields.clear();
  fields.shrink(0);
  CHECK(fields.find(name::content_type) == std::nullopt);
  fields.add(name::accept, "again");
  CHECK(fields.find(name::accept) == "again");
}
