// Expected<T, E>: a value or the reason why there is none. A strict subset of std::expected
// (C++23), so that a later compiler makes it an alias. Ignoring one does not compile; reading the
// wrong side is a CHECK, not undefined behaviour.
//
// Three kinds of failure, three words, never mixed:
//   Reject (reject.h)  somebody else sent something wrong: answer, count, perhaps drop the peer;
//   Error              the operator's world is wrong (file, port, configuration): one line, exit;
//   CHECK (check.h)    our own bug: the process stops.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "crypto/check.h"

namespace crypto {

template <class E>
struct Unexpected {
  E error;
};
template <class E>
Unexpected(E) -> Unexpected<E>;

template <class T, class E>
class [[nodiscard]] Expected {
 public:
  Expected(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Expected(Unexpected<E> failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& operator*() & {
    CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& operator*() const& {
    CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  T&& operator*() && {
    CHECK(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }

  const E& error() const& {
    CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }
  E&& error() && {
    CHECK(!has_value());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, E> state_;
};

template <class E>
class [[nodiscard]] Expected<void, E> {
 public:
  Expected() = default;
  Expected(Unexpected<E> failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  const E& error() const& {
    CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }
  E&& error() && {
    CHECK(!has_value());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<std::monostate, E> state_;
};

// The operator's world is wrong. `code` is stable (see error_codes in each folder), `message` says
// what and where, `hint` how to mend it; message and hint are whole sentences for a person.
struct Error {
  std::string code;
  std::string message;
  std::string hint;
};

template <class T>
using Result = Expected<T, Error>;

}  // namespace crypto
