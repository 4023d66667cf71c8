// Asserts that a code was earned: the test that walks every codes.h looks for the constant in a
// statement with one of these, or with EXPECT_EQ.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "crypto/reject.h"

namespace support {

inline std::string fault_text(const crypto::Reject& fault) {
  return std::string(fault.code.name) + " at \"" + fault.field + "\": " + fault.message + " -> " +
         fault.hint;
}

// Exactly one fault, of this code, at this field, with a sentence and a hint.
inline void expect_code(const std::vector<crypto::Reject>& faults, const crypto::RejectCode& code,
                        std::string_view field) {
  std::string all;
  for (const crypto::Reject& fault : faults) all += fault_text(fault) + "\n";
  ASSERT_EQ(faults.size(), 1u) << all;
  EXPECT_EQ(faults[0].code.name, code.name) << all;
  EXPECT_EQ(faults[0].field, field) << all;
  EXPECT_FALSE(faults[0].message.empty());
  EXPECT_FALSE(faults[0].hint.empty());
}

template <class T>
void expect_code(const crypto::Checked<T>& result, const crypto::RejectCode& code,
                 std::string_view field) {
  ASSERT_FALSE(result.has_value()) << "taken, though " << code.name << " was expected";
  expect_code(std::vector<crypto::Reject>{result.error()}, code, field);
}

}  // namespace support
