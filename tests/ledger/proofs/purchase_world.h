// A ledger with purchases of every outcome, each line of document P of the shop's till. What
// becomes of a line follows from its product and its day alone; the comments say it.
#pragma once

#include <string>

#include "tests/ledger/proofs/proof_chain.h"

namespace ledger {

class PurchaseWorld {
 public:
  // Lines of document P.
  static constexpr const char* kByGtin = "1";        // certified by C1 and C2, which name its GTIN
  static constexpr const char* kByName = "2";        // certified by C3
  static constexpr const char* kWithdrawn = "3";     // C4 was withdrawn before
  static constexpr const char* kNowhere = "4";       // nothing names it
  static constexpr const char* kMixed = "5";         // C5 certifies it, N5 does not
  static constexpr const char* kClaimed = "6";       // claims C3, which is of this product
  static constexpr const char* kClaimedZ = "7";      // claims what is not there
  static constexpr const char* kGraded = "8";        // certified under a scheme nobody recognises
  static constexpr const char* kCorrected = "9";     // was nowhere; corrected to C3's product
  static constexpr const char* kLonger = "10";       // C10 and N10 have longer names
  static constexpr const char* kAssessed = "11";     // N5's product of one property, not certified
  static constexpr const char* kWildcard = "12";     // certified by C12, whose name has a star
  static constexpr const char* kNoProduct = "13";    // a description alone
  static constexpr const char* kInAMonth = "14";     // a month in the midst of which C14 began
  static constexpr const char* kClaimsOther = "15";  // claims C4, which is of another product
  static constexpr const char* kClaimsBare = "16";   // claims C3 and states no product
  static constexpr const char* kNoDate = "17";       // C3's product, on no day
  static constexpr const char* kOtherKind =
      "18";  // of the name of C5 and N5, and neither's property
  static constexpr const char* kOtherGtin = "19";  // of C1's name, under another GTIN
  static constexpr int kLines = 19;

  PurchaseWorld();

  static std::string subject(const char* line);
  ProofChain chain;
};

// Begins its own history: `record` with another number, product or scheme.
proto::Record assessment(const std::string& number, const std::string& brand,
                         const std::string& model);

// The operation key of the certifier is called compromised since that day.
proto::Record revocation(const std::string& key, const std::string& since);

}  // namespace ledger
