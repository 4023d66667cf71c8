#include "ledger/history/checkpoint.h"

#include <algorithm>
#include <charconv>

namespace ledger {
namespace {

using crypto::Reject;
using crypto::Unexpected;

Unexpected<Reject> wrong(RejectCode code, std::string message) {
  return {Reject(code, "checkpoint", std::move(message))};
}

}  // namespace

std::string format_checkpoint(const Checkpoint& checkpoint) {
  CHECK(is_note_key_name(checkpoint.origin));
  return checkpoint.origin + "\n" + std::to_string(checkpoint.head.size) + "\n" +
         crypto::to_base64(checkpoint.head.root.view()) + "\n";
}

Checked<Checkpoint> parse_checkpoint(std::string_view text) {
  const std::size_t first = text.find('\n');
  const std::size_t second = first == text.npos ? text.npos : text.find('\n', first + 1);
  if (second == text.npos || !text.ends_with('\n')) {
    return wrong(kCheckpointForm, "The checkpoint does not have three lines.");
  }
  Checkpoint checkpoint;
  checkpoint.origin = text.substr(0, first);
  const std::string_view size = text.substr(first + 1, second - first - 1);
  std::from_chars(size.data(), size.data() + size.size(), checkpoint.head.size);
  const std::string_view root = text.substr(second + 1, text.size() - second - 2);
  const std::optional<Bytes> hash = crypto::from_base64(root);
  if (hash) checkpoint.head.root = Hash::from_view(*hash).value_or(Hash{});
  // What is written back must be what was read: so every line has one form.
  if (!is_note_key_name(checkpoint.origin) || format_checkpoint(checkpoint) != text) {
    return wrong(kCheckpointForm,
                 "The checkpoint is not an origin, a decimal size and a root hash in base64.");
  }
  return checkpoint;
}

std::string cosigner_name(std::string_view origin, std::string_view organisation) {
  return std::string(origin) + "/v/" + std::string(organisation);
}

std::string format_policy(const CheckpointPolicy& policy) {
  std::string text;
  if (!policy.logs.empty()) text += "log " + format_vkey(policy.logs.front()) + "\n";
  std::string group = "group validators " + std::to_string(policy.quorum);
  for (std::size_t i = 0; i < policy.cosigners.size(); ++i) {
    const std::string name = "v" + std::to_string(i);
    text += "witness " + name + " " + format_vkey(policy.cosigners[i]) + "\n";
    group += " " + name;
  }
  return text + group + "\nquorum validators\n";
}

void put_signer_first(CheckpointPolicy& policy, const Note& note) {
  const auto has_signed = [&](const NoteKey& key) {
    return std::any_of(note.lines.begin(), note.lines.end(), [&](const NoteLine& line) {
      return line.name == key.name && line.key_id == key.id();
    });
  };
  const auto first = std::find_if(policy.logs.begin(), policy.logs.end(), has_signed);
  if (first != policy.logs.end()) std::iter_swap(policy.logs.begin(), first);
}

Checked<SignedCheckpoint> verify_checkpoint(const Note& note, const CheckpointPolicy& policy) {
  Checked<Checkpoint> checkpoint = parse_checkpoint(note.text);
  if (!checkpoint) return Unexpected{checkpoint.error()};
  if (checkpoint->origin != policy.origin) {
    return wrong(kCheckpointOrigin, "The checkpoint is of the log " + checkpoint->origin +
                                        ", not of " + policy.origin + ".");
  }
  const Checked<std::vector<NoteSigner>> logs = verify_note(note, policy.logs);
  if (!logs) return Unexpected{logs.error()};
  if (logs->empty() && !policy.logs.empty()) {
    return wrong(kCheckpointLog, "No trusted log key signed the checkpoint of size " +
                                     std::to_string(checkpoint->head.size) + ".");
  }
  Checked<std::vector<NoteSigner>> cosigners = verify_note(note, policy.cosigners);
  if (!cosigners) return Unexpected{cosigners.error()};
  if (cosigners->size() < policy.quorum) {
    return wrong(kCheckpointQuorum, std::to_string(cosigners->size()) + " of the " +
                                        std::to_string(policy.quorum) +
                                        " cosignatures that are needed are on the checkpoint.");
  }
  return SignedCheckpoint{std::move(*checkpoint), std::move(*cosigners)};
}

}  // namespace ledger
