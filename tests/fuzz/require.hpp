#pragma once

#include <cstdio>
#include <cstdlib>

/// An assert that stays in every build: a fuzzer that checks nothing finds
/// nothing but crashes.
#define REQUIRE(condition)                                                          \
  do {                                                                              \
    if (!(condition)) {                                                             \
      std::fprintf(stderr, "%s:%d: %s is false\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                 \
    }                                                                               \
  } while (false)
