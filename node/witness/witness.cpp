#include "node/witness/witness.h"

#include <algorithm>
#include <charconv>

#include "ledger/chain/checkpoints.h"
#include "ledger/history/tiles.h"
#include "ledger/history/tlog_proof.h"

namespace node {
namespace {

constexpr std::size_t kConflictAnswerBytesMax = 1024;

// Text of others: it goes into logs and JSON.
std::string printable(std::string_view text) {
  std::string out(text.substr(0, kConflictAnswerBytesMax));
  for (char& c : out) {
    if (c != '\n' && (c < ' ' || c > '~')) c = '?';
  }
  return out;
}

// "<decimal>\n", without leading zeros.
std::optional<std::uint64_t> parse_size(std::string_view body) {
  std::uint64_t size = 0;
  std::from_chars(body.data(), body.data() + body.size(), size);
  if (body != std::to_string(size) + "\n") return std::nullopt;
  return size;
}

std::string size_text(std::uint64_t size) { return std::to_string(size) + " entries"; }

}  // namespace

std::optional<SignedTree> newest_signed_tree(const std::shared_ptr<const ledger::Snapshot>& store) {
  const auto kept = ledger::newest_checkpoint(*store);
  if (!kept) return std::nullopt;
  const auto note = ledger::parse_note(kept->note);
  if (!note) return std::nullopt;
  const auto checkpoint = ledger::parse_checkpoint(note->text);
  if (!checkpoint) return std::nullopt;
  // A quorum's note can come before the blocks do.
  if (ledger::tree_root(checkpoint->head.size, ledger::read_hashes(store)) !=
      checkpoint->head.root) {
    return std::nullopt;
  }
  SignedTree tree{checkpoint->head, note->text, {}};
  for (const ledger::NoteLine& line : note->lines) {
    if (line.name == checkpoint->origin) tree.log_lines.push_back(line);
  }
  return tree;
}

std::string_view witness_state_name(WitnessState state) {
  switch (state) {
    case WitnessState::waiting:
      return "waiting";
    case WitnessState::current:
      return "current";
    case WitnessState::ahead:
      return "ahead";
    case WitnessState::conflict:
      return "conflict";
    case WitnessState::unknown:
      return "unknown";
    case WitnessState::refused:
      return "refused";
    case WitnessState::failing:
      return "failing";
  }
  CHECK(false);
  return "";
}

Witness::Witness(WitnessOptions options, WitnessPace pace, WitnessMemory memory, std::uint64_t seed)
    : options_(std::move(options)),
      pace_(pace),
      memory_(memory),
      dice_(seed),
      size_(memory.head.size) {}

std::uint64_t Witness::due_us(const ledger::TreeHead& newest) const {
  if (newest.size == 0) return kNever;
  // The larger tree may still come; else it is asked again after the pause.
  const bool is_signed = newest == memory_.head && state_ == WitnessState::current;
  return is_signed ? std::max(not_before_us_, refresh_us_) : not_before_us_;
}

std::optional<WitnessRequest> Witness::ask(const SignedTree& newest,
                                           const ledger::HashReader& read) {
  WitnessRequest request{size_, newest.head, newest.text, {}};
  // With 0 it names its size again.
  if (request.old_size > newest.head.size) request.old_size = 0;
  const auto proof = ledger::consistency_proof(request.old_size, newest.head.size, read);
  if (!proof) return std::nullopt;
  std::string note = newest.text + "\n";
  const std::string start = ledger::format_witness_request(request.old_size, *proof, "");
  for (const ledger::NoteLine& line : newest.log_lines) {
    const std::string text = ledger::format_note_line(line);
    if (start.size() + note.size() + text.size() > kWitnessRequestBytesMax) break;
    note += text;
  }
  request.body = start + note;
  return request;
}

WitnessHeard Witness::on_answer(const Moment& now, const WitnessRequest& asked,
                                const WitnessAnswer& answer) {
  switch (answer.status) {
    case 0:
      fail(now, "It gives no answer: " + printable(answer.fault) + ".");
      return {};
    case 200:
      return on_signed(now, asked, answer.body);
    case 409:
      return on_elsewhere(now, asked, answer);
    case 422:
      return on_conflict(now, asked, answer);
    case 404:
      stand(now, WitnessState::unknown, "It does not know this log: its operator adds the origin.",
            pace_.refresh_ms);
      break;
    case 403:
      stand(now, WitnessState::refused,
            "It knows none of the log keys that signed: its operator adds those of /tlog/vkeys.",
            pace_.refresh_ms);
      break;
    case 400:
      stand(now, WitnessState::failing, "It says that the request is malformed (400).",
            pace_.refresh_ms);
      break;
    default:
      fail(now, "It answers with status " + std::to_string(answer.status) + ".");
      return {};
  }
  ++failures_;
  return {};
}

WitnessHeard Witness::on_signed(const Moment& now, const WitnessRequest& asked,
                                const std::string& body) {
  auto lines = ledger::parse_note_lines(body);
  if (!lines) {
    fail(now, "Its answer has no form: " + lines.error().message);
    return {};
  }
  const ledger::NoteKey& key = options_.key;
  const auto line = std::find_if(lines->begin(), lines->end(), [&](const ledger::NoteLine& one) {
    return one.name == key.name && one.key_id == key.id();
  });
  if (line == lines->end()) {
    fail(now, "Its answer has no line of the key " + key.name + " that is configured.");
    return {};
  }
  const auto signers = ledger::verify_note({asked.text, {*line}}, std::span(&key, 1));
  if (!signers) {
    fail(now, "Its signature does not fit the checkpoint that it was shown.");
    return {};
  }
  memory_.head = asked.head;
  memory_.signed_s = signers->front().time_s;
  size_ = asked.head.size;
  fruitless_ = resyncs_in_a_row_ = 0;
  stand(now, WitnessState::current, "", pace_.interval_ms);
  refresh_us_ = now.monotonic_us + 1000 * spread(pace_.refresh_ms);
  return {*std::move(line), std::nullopt};
}

WitnessHeard Witness::on_elsewhere(const Moment& now, const WitnessRequest& asked,
                                   const WitnessAnswer& answer) {
  const auto size = parse_size(answer.body);
  // The specification answers so when the tree of that size has another root.
  const bool same_size = asked.old_size == asked.head.size;
  if (same_size && (!size || *size == asked.old_size)) return on_conflict(now, asked, answer);
  if (!size || *size == asked.old_size) {
    fail(now, "It names no other size than the one that it was shown (409).");
    return {};
  }
  if (*size > asked.head.size) {
    stand(now, WitnessState::ahead,
          "It has signed " + size_text(*size) + ", this node has a checkpoint of " +
              size_text(asked.head.size) + ".",
          longer_pause_ms());
    return {};
  }
  size_ = *size;
  if (++resyncs_in_a_row_ > kWitnessResyncsMax) {
    fail(now, "It names another size each time (409).");
    return {};
  }
  not_before_us_ = now.monotonic_us;
  return {};
}

WitnessHeard Witness::on_conflict(const Moment& now, const WitnessRequest& asked,
                                  const WitnessAnswer& answer) {
  ++failures_;
  ++memory_.conflicts;
  stand(now, WitnessState::conflict,
        "It refuses the checkpoint of " + size_text(asked.head.size) +
            " as no extension of what it has signed (" + std::to_string(answer.status) +
            "): this may be a fork of the ledger.",
        pace_.refresh_ms);
  return {std::nullopt, WitnessConflict{now.wall_ms, answer.status, memory_.head, asked.body,
                                        printable(answer.body)}};
}

void Witness::fail(const Moment& now, std::string trouble) {
  ++failures_;
  resyncs_in_a_row_ = 0;
  stand(now, WitnessState::failing, std::move(trouble), longer_pause_ms());
}

// Twice the one before, until it signs again.
std::uint64_t Witness::longer_pause_ms() {
  std::uint64_t pause = pace_.interval_ms;
  for (unsigned i = 0; i < fruitless_ && pause < pace_.refresh_ms; ++i) pause *= 2;
  ++fruitless_;
  return std::min(pause, pace_.refresh_ms);
}

void Witness::stand(const Moment& now, WitnessState state, std::string trouble,
                    std::uint64_t pause_ms) {
  state_ = state;
  trouble_ = std::move(trouble);
  not_before_us_ = now.monotonic_us + 1000 * spread(pause_ms);
}

// Three quarters are sure.
std::uint64_t Witness::spread(std::uint64_t pause_ms) {
  dice_ = dice_ * 6364136223846793005U + 1442695040888963407U;
  return pause_ms - pause_ms / 4 + (dice_ >> 33U) % (pause_ms / 4 + 1);
}

}  // namespace node
