#include "tools/cli/proof_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ledger/records/date.h"
#include "proto/kind_name.h"

namespace tools {
namespace {

Json record_row(const ledger::ProvenRecord& record) {
  Json row = {{"subject", record.record.subject()},
              {"place", record.record.place()},
              {"kind", proto::kind_name(record.record)},
              {"signed_by", record.signer.empty() ? "genesis" : record.signer},
              {"height", record.height},
              {"time", ledger::second_text(record.time_ms)},
              {"index", record.index},
              {"sha256", crypto::sha256(record.bytes).hex()}};
  if (record.is_compromised) row["key_compromised"] = true;
  return row;
}

Json head_document(const ledger::ProvenHead& head) {
  const ledger::Header& header = head.header;
  return {{"height", header.seal.height},
          {"time", ledger::second_text(header.seal.time_ms)},
          {"epoch", header.seal.epoch},
          {"tree_size", header.tree_size},
          {"tree_root", header.tree_root.hex()},
          {"signed_at", ledger::second_text(head.signed_s * 1000)},
          {"cosigners", head.cosigners},
          {"validators", head.trust.epoch.validators.size()},
          {"witnesses", head.witnesses}};
}

std::string standing_sentence(const ledger::ProofVerdict& verdict) {
  const ledger::StandingAnswer& answer = *verdict.standing;
  const std::string known = fmt::format(" as known at height {} ({})", answer.as_of_height,
                                        ledger::second_text(answer.as_of_time_ms));
  if (!answer.standing) return "It was not on the ledger," + known + ".";
  return fmt::format("It was {} on {},{}.", ledger::standing_name(*answer.standing),
                     verdict.question->day, known);
}

std::string named_sentence(const ledger::Join& join) {
  if (join.named.empty()) return "";
  const std::size_t more = join.named_total - join.named.size();
  return fmt::format(" This rests on {}{}.", fmt::join(join.named, ", "),
                     more == 0 ? "" : fmt::format(" and {} more", more));
}

std::string purchase_sentence(const ledger::PurchaseAnswer& answer) {
  const ledger::Join& join = answer.join;
  const char* const counts = join.is_green()       ? "It counts as green"
                             : join.is_undecided() ? "Nobody can say whether it is green"
                                                   : "It does not count as green";
  std::string reason = fmt::format(" {}", ledger::reason_sentence(join.reason));
  if (join.uncounted != ledger::Uncounted::none) {
    reason += fmt::format(" It is not counted: {}.", ledger::uncounted_name(join.uncounted));
  }
  return fmt::format("{}: {}, as known at height {} ({}).{}{}", counts,
                     ledger::line_outcome_name(join.outcome), answer.as_of_height,
                     ledger::second_text(answer.as_of_time_ms), reason, named_sentence(join));
}

// With the words of the API's document of a purchase.
Json join_document(const ledger::Join& join) {
  Json flags = Json::array();
  for (const ledger::JoinFlag flag : join.flags) flags.push_back(ledger::flag_name(flag));
  return {{"outcome", ledger::line_outcome_name(join.outcome)},
          {"green", join.is_green()},
          {"match", ledger::match_name(join.match)},
          {"reason", ledger::reason_name(join.reason)},
          {"uncounted", ledger::uncounted_name(join.uncounted)},
          {"flags", flags},
          {"named", join.named},
          {"named_total", join.named_total}};
}

std::string history_sentence(const std::vector<ledger::ProvenRecord>& records) {
  return records.size() == 1 ? "Its history is this one record."
                             : fmt::format("Its history is these {} records.", records.size());
}

}  // namespace

std::string question_sentence(const ledger::Question& question) {
  switch (question.kind) {
    case ledger::QuestionKind::record:
      return fmt::format("Is record {} of {} on the ledger?", question.place, question.subject);
    case ledger::QuestionKind::history:
      return fmt::format("What is the complete history of {}?", question.subject);
    case ledger::QuestionKind::standing:
      return fmt::format("How did {} stand on {}?", question.subject, question.day);
    case ledger::QuestionKind::absence:
      return fmt::format("Is there nothing under {}?", question.subject);
    case ledger::QuestionKind::purchase:
      return fmt::format("Does {} count as green, and why?", question.subject);
  }
  return "";
}

std::string answer_sentence(const ledger::ProofVerdict& verdict) {
  if (verdict.verdict != ledger::Verdict::valid) {
    return verdict.reason->message + " " + verdict.reason->hint;
  }
  switch (verdict.question->kind) {
    case ledger::QuestionKind::record: {
      const ledger::ProvenRecord& record = verdict.records.front();
      if (record.signer.empty()) return "It is, as a founding record of the genesis file.";
      return fmt::format("It is, signed by {}, in block {} of {}.", record.signer, record.height,
                         ledger::second_text(record.time_ms));
    }
    case ledger::QuestionKind::history:
      return history_sentence(verdict.records);
    case ledger::QuestionKind::standing:
      return standing_sentence(verdict);
    case ledger::QuestionKind::absence:
      return fmt::format("There is nothing, at height {}.", verdict.head->header.seal.height);
    case ledger::QuestionKind::purchase:
      return purchase_sentence(*verdict.purchase);
  }
  return "";
}

Json verdict_document(const ledger::ProofVerdict& verdict) {
  Json json = {{"verdict", ledger::verdict_name(verdict.verdict)}};
  if (verdict.question) json["question"] = question_sentence(*verdict.question);
  json["answer"] = answer_sentence(verdict);
  if (verdict.reason) {
    json["code"] = verdict.reason->code.name;
    if (!verdict.reason->field.empty()) json["field"] = verdict.reason->field;
  }
  if (verdict.standing && verdict.standing->standing) {
    json["standing"] = ledger::standing_name(*verdict.standing->standing);
  }
  if (verdict.purchase) json["join"] = join_document(verdict.purchase->join);
  if (verdict.head) json["head"] = head_document(*verdict.head);
  json["records"] = Json::array();
  for (const ledger::ProvenRecord& record : verdict.records) {
    json["records"].push_back(record_row(record));
  }
  json["warnings"] = verdict.warnings;
  return json;
}

Json bundle_document(const ledger::ProofBundle& bundle, std::size_t bytes) {
  Json json = {{"question", question_sentence(bundle.question)},
               {"network_id", bundle.network_id.hex()},
               {"begins", bundle.from_size == 0 ? "at genesis"
                                                : fmt::format("at {} entries, epoch {}",
                                                              bundle.from_size, bundle.from_epoch)},
               {"links", bundle.links.size()},
               {"entries", bundle.entries.size()},
               {"values", bundle.values.size()},
               {"bytes", bytes},
               {"checkpoint", bundle.checkpoint}};
  return json;
}

}  // namespace tools
