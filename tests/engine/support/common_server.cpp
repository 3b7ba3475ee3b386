#include "tests/engine/support/common_server.hpp"

#include "storage/postgres/schema.hpp"

namespace support {

const postgres_server& common_server() {
  static const postgres_server server{{"max_connections=400"}};
  return server;
}

std::string new_schema() {
  static int schemas = 0;
  const auto name = "s" + std::to_string(++schemas);
  common_server().query(storage::postgres::schema_text(name));
  return name;
}

}  // namespace support
