#include "node/checkpoints.h"

#include <algorithm>

namespace node {
namespace {

// Heads of one validator whose lines are kept: its colleagues may be some seconds behind.
constexpr std::size_t kHeadsMax = 8;

}  // namespace

Checkpoints::Checkpoints(std::string origin, std::string organisation, crypto::PrivateKey log_key,
                         crypto::PrivateKey cosigner_key, ledger::TreeHead newest)
    : origin_(std::move(origin)),
      organisation_(std::move(organisation)),
      log_key_(std::move(log_key)),
      cosigner_key_(std::move(cosigner_key)),
      newest_(newest) {}

std::optional<CheckpointSent> Checkpoints::sign(std::uint64_t epoch, const ledger::TreeHead& head,
                                                std::uint64_t time_s) {
  if (head.size < newest_.size) return std::nullopt;
  if (head.size == newest_.size && head.root != newest_.root) return std::nullopt;
  newest_ = head;
  CheckpointSent sent{epoch, organisation_, head, {}};
  ledger::Note& note = sent.note;
  note.text = ledger::format_checkpoint({origin_, head});
  note.lines.push_back(ledger::sign_note(origin_, log_key_, note.text));
  note.lines.push_back(ledger::cosign_note(ledger::cosigner_name(origin_, organisation_),
                                           cosigner_key_, note.text, time_s));
  own_ = sent;
  return sent;
}

std::optional<ledger::Note> Checkpoints::add(const CheckpointSent& sent, std::size_t quorum) {
  const Place place{sent.head.size, sent.head.root};
  auto& mine = lines_[sent.organisation];
  if (mine[place] == sent.note.lines) return std::nullopt;
  mine[place] = sent.note.lines;
  if (mine.size() > kHeadsMax) mine.erase(mine.begin());
  std::vector<const std::vector<ledger::NoteLine>*> lines;
  for (const auto& [organisation, heads] : lines_) {
    if (const auto found = heads.find(place); found != heads.end()) {
      lines.push_back(&found->second);
    }
  }
  std::optional<ledger::Note> note;
  if (lines.size() >= quorum) {
    note = ledger::Note{sent.note.text, {}};
    // A verifier may read few lines and no more: what decides comes first, one line of a log key
    // and cosigners. Where there are too many for anyone, a quorum of them does.
    const bool all = 2 * lines.size() <= ledger::kNoteLinesMax;
    std::vector<ledger::NoteLine> logs;
    std::vector<ledger::NoteLine> cosigners;
    for (const auto* some : lines) {
      for (const ledger::NoteLine& line : *some) {
        (line.name == origin_ ? logs : cosigners).push_back(line);
      }
    }
    if (!all) {
      cosigners.resize(std::min(cosigners.size(), quorum));
      logs.resize(std::min<std::size_t>(logs.size(), 1));
    }
    auto& all_lines = note->lines;
    const auto rest = logs.begin() + (logs.empty() ? 0 : 1);
    all_lines.insert(all_lines.end(), logs.begin(), rest);
    all_lines.insert(all_lines.end(), cosigners.begin(), cosigners.end());
    all_lines.insert(all_lines.end(), rest, logs.end());
  }
  return note;
}

}  // namespace node
