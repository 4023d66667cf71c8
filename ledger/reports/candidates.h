// Reads the candidates of a purchase line from the ledger, as known at one height.
//
// Many lines name the same product, so what was found for a product is kept; what is found does not
// depend on that. Costs a few seeks for each different product, and one more for each character of
// its name (register names with '*').
//
// Thread rule: belongs to one thread; it reads one snapshot.
#pragma once

#include <map>
#include <memory>

#include "ledger/chain/reader.h"
#include "ledger/reports/join.h"

namespace ledger {

struct CandidateList {
  std::vector<JoinCandidate> candidates;
  Completeness completeness;
};

class CandidateReader {
 public:
  // Certifications of one name or GTIN, and of longer names, that are looked at: many times what
  // the largest registers hold.
  static constexpr std::size_t kCandidatesMax = 2'000;
  static constexpr std::size_t kLongerNamesMax = 1'000;

  CandidateReader(const ChainReader& chain, std::uint64_t height)
      : chain_(chain), height_(height) {}

  // Valid until the next call.
  const CandidateList& find(const proto::Purchase& purchase);

 private:
  static constexpr std::size_t kKeptMax = 4'096;

  CandidateList read(const proto::Purchase& purchase);
  using Subjects = std::set<std::string>;
  void add_name(Subjects& subjects, Completeness& completeness, const std::string& name) const;
  std::optional<JoinCandidate> read_candidate(const std::string& subject);
  void read_scheme(JoinCandidate& candidate);

  const ChainReader& chain_;
  std::uint64_t height_;
  std::map<std::string, CandidateList> kept_;  // by what the line says of its product
  std::map<std::string, std::optional<proto::Scheme>> schemes_;
};

}  // namespace ledger
