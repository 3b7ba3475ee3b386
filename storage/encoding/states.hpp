#pragma once

#include "counter/shard/idempotency_record.hpp"
#include "counter/state.hpp"

#include <string>
#include <string_view>

namespace storage {

// Counters and idempotency records as bytes, the same in every database. Integers have their lowest
// byte first; times are milliseconds since 1970. The contents of a value determine its length; a
// value of another length is damaged.
//
// Encoders replace what is in their first argument; append() appends. Decoders return false if
// `from` cannot be what an encoder has written; what they set is unspecified then.

/// version u64, value i64, and expiry i64 if it has one
void append(std::string& to, const counter::state& state);
void encode(std::string& to, const counter::state& state);
bool decode(std::string_view from, counter::state& to);

/// See states.cpp.
void encode(std::string& to, const counter::idempotency_record& idempotency_record);
bool decode(std::string_view from, counter::idempotency_record& to);

}  // namespace storage
