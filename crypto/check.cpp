#include "crypto/check.h"

#include <cstdio>
#include <cstdlib>

namespace crypto {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "CHECK failed: %s at %s:%d\n", condition, file, line);
  std::abort();
}

void fatal(const char* message, int exit_code) {
  std::fprintf(stderr, "fatal: %s\n", message);
  std::_Exit(exit_code);
}

}  // namespace crypto
