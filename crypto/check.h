// CHECK states what must be true in our own code. It is always on, prints where it failed and
// stops the process. Never CHECK what a peer, a client or an operator can cause: that is a
// Reject or an Error (expected.h).
#pragma once

namespace crypto {

// Prints "CHECK failed: <condition> at <file>:<line>" on stderr and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

// For a world in which going on would break a promise (a disk that fails after start): prints the
// message and ends the process, without running destructors.
[[noreturn]] void fatal(const char* message, int exit_code = 1);

}  // namespace crypto

#define CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::crypto::check_failed(#condition, __FILE__, __LINE__))
