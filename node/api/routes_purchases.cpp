#include "ledger/records/subject.h"
#include "ledger/reports/candidates.h"
#include "ledger/reports/ledger_lines.h"
#include "node/api/json.h"
#include "node/api/page.h"
#include "node/api/routes.h"

namespace node::api {
namespace {

void write_purchase(Json& json, std::string_view subject, const proto::PurchaseState& state,
                    const proto::Purchase& purchase) {
  json["subject"] = subject;
  json["content_index"] = state.content_index();
  if (!state.returned().empty()) json["returned"] = state.returned();
  json["buyer_by_name"] = purchase.buyer().identifiers_size() == 0;
  json["purchase"] = message_json(purchase);
}

// What the ledger says of the product on the day of the purchase, at the call's height.
Json join_json(const Call& call, const std::string& subject) {
  ledger::CandidateReader candidates(call.view().reader, call.height());
  const auto line = ledger::read_line(call.view().reader, subject, call.height(),
                                      ledger::JoinPolicy(), candidates);
  if (!line) return nullptr;
  const ledger::Join& join = line->join;
  Json json;
  json["outcome"] = ledger::line_outcome_name(join.outcome);
  json["green"] = join.is_green();
  json["match"] = ledger::match_name(join.match);
  json["reason"] = ledger::reason_name(join.reason);
  json["sentence"] = ledger::reason_sentence(join.reason);
  json["flags"] = Json::array();
  for (const ledger::JoinFlag flag : join.flags) json["flags"].push_back(ledger::flag_name(flag));
  json["named"] = join.named;
  json["named_total"] = join.named_total;
  return json;
}

std::string subject_of(const Call& call) {
  return ledger::make_subject({"purchase", call.text("recorder"), call.text("system"),
                               call.text("document"), call.text("line")});
}

}  // namespace

Response list_purchases(const Call& call) {
  ledger::ChainReader::PurchaseQuery query;
  query.from = call.find("from").value_or("");
  query.to = call.find("to").value_or("");
  query.buyer = call.find("buyer").value_or("");
  query.height = call.height();
  query.after = call.find("cursor").value_or("");
  const auto gtin = call.find("gtin");
  Page page(call.limit());
  call.view().reader.purchases(query, [&](const ledger::ChainReader::PurchaseLine& line) {
    if (!page.look_at(line.cursor)) return false;
    if (gtin && line.purchase.product().gtin() != *gtin) return true;
    Json item;
    write_purchase(item, line.subject, line.state, line.purchase);
    page.add(std::move(item), line.purchase.ByteSizeLong());
    return true;
  });
  Json json = document("purchases");
  json["height"] = call.height();
  std::move(page).write_to(json);
  return json_response(json);
}

Response get_purchase(const Call& call) {
  const std::string subject = subject_of(call);
  const auto found = find_subject<proto::PurchaseState>(call, subject);
  const auto stored = found ? call.view().reader.record(found->body.content_index()) : std::nullopt;
  if (!stored) return not_found("There is no purchase " + subject + ".");
  const proto::Record& record = stored->record;
  Json json = document("purchase");
  json["height"] = call.height();
  json["count"] = found->value.count;
  write_purchase(json, subject, found->body,
                 record.has_purchase_correction() ? record.purchase_correction().purchase()
                                                  : record.purchase());
  if (Json join = join_json(call, subject); !join.is_null()) json["join"] = std::move(join);
  return json_response(json);
}

Response get_purchase_history(const Call& call) { return history_page(call, subject_of(call)); }

}  // namespace node::api
