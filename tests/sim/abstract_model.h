// AbstractModel: the second judge. It replays the votes of honest validators, in the order in which
// they were given, as steps of the model in safety.pml: a vote whose precondition does not hold in
// the votes that exist is no step of the model, whatever the validator had in its hands.
//
// Two sets grow and never shrink: the votes ever given by honest validators, and the blocks that
// were published. Faulty validators have always voted for everything: a certificate counts as
// formed once honest votes and all of them together are a quorum.
//
// It is written from section 2 of the specification alone, with types and arithmetic of its own,
// and includes nothing of the product or of the first judge (checker.h). One instance is one epoch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace sim {

class AbstractModel {
 public:
  struct Block {
    std::string hash;
    std::string parent;
    std::uint64_t view = 0;  // of its first proposal
    std::uint64_t height = 0;
    bool closes = false;
  };
  enum class Kind : std::uint8_t { notarize, nullify, finalize };
  struct Vote {
    Kind kind = Kind::nullify;
    std::uint64_t view = 0;
    std::uint64_t parent_view = 0;  // this and the rest: not of NULLIFY
    std::uint64_t height = 0;
    std::string block;
  };

  // `base`: final by definition, in view 0.
  AbstractModel(std::size_t validators, std::size_t faulty, const Block& base);

  void publish(const Block& block) { blocks_.emplace(block.hash, block); }
  // Of an honest validator; the same again is no step.
  void vote(std::size_t signer, const Vote& vote);

  // The first step that the model does not have, or a state in which it does not agree:
  //   M1 NOTARIZE   M2 FINALIZE   M3 NULLIFY   M4 two candidates notarized in a view
  //   M5 finalized candidates are not on one path   M6 finalized and nullified
  const std::string& violation() const { return violation_; }
  std::size_t steps() const { return steps_; }

 private:
  // View, parent view, height, block.
  using Candidate = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::string>;
  struct View {
    std::map<Candidate, std::set<std::size_t>> notarize;
    std::map<Candidate, std::set<std::size_t>> finalize;
    std::set<std::size_t> nullify;
  };

  void fail(const std::string& what);
  void notarize(std::size_t signer, const Candidate& candidate);
  void finalize(std::size_t signer, const Candidate& candidate);
  void nullify(std::size_t signer, std::uint64_t view);
  bool is_formed(const std::set<std::size_t>& signers) const { return signers.size() >= need_; }
  bool is_nullified(std::uint64_t view) const;
  bool extends(const Candidate& candidate, const Candidate& parent) const;
  void agree(const Candidate& lower, const Candidate& higher);

  std::size_t need_;  // honest votes of a certificate
  Candidate base_;
  std::map<std::string, Block> blocks_;
  std::map<std::uint64_t, View> views_;
  std::map<Candidate, Candidate> parents_;
  std::map<std::uint64_t, Candidate> notarized_;
  std::map<std::uint64_t, Candidate> finalized_;
  std::size_t steps_ = 0;
  std::string violation_;
};

}  // namespace sim
