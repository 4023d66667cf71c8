// Reject: what a peer, a client or an input file sent is wrong. A reject carries a stable code, the
// path of the field at fault, what is wrong with it and how to mend it.
//
// Codes are constants in the `codes.h` of the folder that makes them; a test walks all of them and
// fails when one has no test that earns it.
#pragma once

#include <string>
#include <string_view>

#include "crypto/expected.h"

namespace crypto {

// `name` is what users and programs see ("E-GTIN-CHECK"); it never changes its meaning. `hint` is
// the way to mend it that fits most cases.
struct RejectCode {
  std::string_view name;
  std::string_view hint;

  friend bool operator==(const RejectCode& a, const RejectCode& b) { return a.name == b.name; }
};

struct Reject {
  RejectCode code;
  std::string field;    // path in the record, e.g. "purchase.product.gtin"; empty: the whole thing
  std::string message;  // one sentence: what was found and what was expected
  std::string hint;     // one sentence: how to mend it

  Reject(RejectCode code_, std::string field_, std::string message_)
      : code(code_), field(std::move(field_)), message(std::move(message_)), hint(code_.hint) {}
  Reject(RejectCode code_, std::string field_, std::string message_, std::string hint_)
      : code(code_),
        field(std::move(field_)),
        message(std::move(message_)),
        hint(std::move(hint_)) {}
};

// A value, or what is wrong with what was sent.
template <class T>
using Checked = Expected<T, Reject>;

}  // namespace crypto
