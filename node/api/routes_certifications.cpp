#include "ledger/chain/index.h"
#include "ledger/records/product_keys.h"
#include "ledger/records/standing.h"
#include "ledger/records/subject.h"
#include "ledger/records/text.h"
#include "node/api/json.h"
#include "node/api/page.h"
#include "node/api/routes.h"

namespace node::api {
namespace {

// Certifications and assessments differ in their first segment and the message of their content.
struct Sort {
  std::string_view prefix;  // "cert"
  std::string_view name;    // "certification"
  std::string_view list;
};
constexpr Sort kCertification{"cert", "certification", "certifications"};
constexpr Sort kAssessment{"assessment", "assessment", "assessments"};

// What filters and answers read, of either sort.
struct Certified {
  std::string subject;
  Subject<proto::CertificationState> found;
  ledger::StoredRecord content;

  bool is_assessment() const { return content.record.has_assessment(); }
  const std::string& scheme() const {
    return is_assessment() ? content.record.assessment().scheme()
                           : content.record.certification().scheme();
  }
  const proto::Party& holder() const {
    return is_assessment() ? content.record.assessment().holder()
                           : content.record.certification().holder();
  }
};

std::optional<Certified> find_certified(const Call& call, std::string_view subject) {
  auto found = find_subject<proto::CertificationState>(call, subject);
  if (!found) return std::nullopt;
  auto content = call.view().reader.record(found->body.content_index());
  if (!content || (!content->record.has_certification() && !content->record.has_assessment())) {
    return std::nullopt;
  }
  return Certified{std::string(subject), *std::move(found), *std::move(content)};
}

// The day of `at`; else, for an earlier height, the day of its block, and today for the newest.
ledger::Day day_of(const Call& call) {
  if (const auto at = call.find("at")) return ledger::Date::parse(*at)->first();
  const auto header =
      call.find("as_of_height") ? call.view().reader.header(call.height()) : std::nullopt;
  return ledger::utc_day(header ? header->seal.time_ms : call.view().now_ms);
}

void write_certified(Json& json, const Certified& certified, ledger::Day day) {
  const proto::CertificationState& state = certified.found.body;
  const std::string& subject = certified.subject;
  json["subject"] = subject;
  json["certifier"] = ledger::owner_of(subject);
  json["number"] = ledger::decode_segment(subject.substr(subject.rfind('/') + 1)).value_or("");
  json["count"] = certified.found.value.count;
  json["content_index"] = state.content_index();
  json["at"] = ledger::day_text(day);
  json["status"] = ledger::standing_name(ledger::standing_on(state, day));
  json["changes"] = Json::array();
  for (const proto::StatusChange& change : state.changes()) {
    Json item;
    item["status"] = proto::Status_Name(change.status());
    if (!change.effective_from().empty()) item["effective_from"] = change.effective_from();
    item["index"] = change.index();
    json["changes"].push_back(std::move(item));
  }
  json["open_ended"] = state.valid_to().empty();
  json["holder_by_name"] = certified.holder().identifiers_size() == 0;
  if (certified.is_assessment()) {
    json["assessment"] = message_json(certified.content.record.assessment());
  } else {
    json["certification"] = message_json(certified.content.record.certification());
  }
}

bool is_holder(const proto::Party& holder, const std::string& wanted) {
  if (ledger::normalise_name(holder.name()) == ledger::normalise_name(wanted)) return true;
  for (const proto::Identifier& identifier : holder.identifiers()) {
    const std::string& scheme = proto::IdentifierScheme_Name(identifier.scheme());
    if (identifier.value() == wanted || scheme + ":" + identifier.value() == wanted) return true;
  }
  return false;
}

// What the call asks for, read once for all rows.
struct Filter {
  std::string prefix;  // of the subject
  std::optional<std::string> scheme, status, holder;
  ledger::Day day = 0;

  bool fits(const Certified& certified) const {
    if (scheme && certified.scheme() != *scheme) return false;
    if (holder && !is_holder(certified.holder(), *holder)) return false;
    return !status ||
           ledger::standing_name(ledger::standing_on(certified.found.body, day)) == *status;
  }
};

Filter make_filter(const Call& call, const Sort& sort) {
  Filter filter;
  filter.prefix = std::string(sort.prefix) + "/";
  if (const auto certifier = call.find("certifier")) {
    filter.prefix += ledger::encode_segment(*certifier) + "/";
  }
  filter.scheme = call.find("scheme");
  filter.status = call.find("status");
  filter.holder = call.find("holder");
  filter.day = day_of(call);
  return filter;
}

// Rows by the narrowest index that the call allows, each with its position for the cursor.
void each_candidate(
    const Call& call, const Filter& filter,
    const std::function<bool(std::string_view position, std::string_view subject)>& visit) {
  const ledger::ChainReader& reader = call.view().reader;
  const std::string after = call.find("cursor").value_or("");
  if (const auto gtin = call.find("gtin")) {
    return reader.by_gtin(*gtin, after, [&](std::string_view subject) {
      return !subject.starts_with(filter.prefix) || visit(subject, subject);
    });
  }
  const std::string brand = call.find("brand").value_or("");
  const std::string model = call.find("model").value_or("");
  if (!brand.empty() || !model.empty()) {
    const std::string name = ledger::product_name(brand, model);
    // A whole model is meant as it is; a brand alone is the beginning of a name.
    const std::string stop = model.empty() ? name + " " : name;
    return reader.by_model(stop, after, [&](std::string_view filed, std::string_view subject) {
      if (!model.empty() && filed != name) return false;
      if (!subject.starts_with(filter.prefix)) return true;
      return visit(std::string(filed) + '\0' + std::string(subject), subject);
    });
  }
  reader.subjects(filter.prefix, after,
                  [&](std::string_view subject) { return visit(subject, subject); });
}

Response list_certified(const Call& call, const Sort& sort) {
  const Filter filter = make_filter(call, sort);
  Page page(call.limit());
  each_candidate(call, filter, [&](std::string_view position, std::string_view subject) {
    if (!page.look_at(position)) return false;
    const auto certified = find_certified(call, subject);
    if (certified && filter.fits(*certified)) {
      Json item;
      write_certified(item, *certified, filter.day);
      page.add(std::move(item), certified->content.bytes.size());
    }
    return true;
  });
  Json json = document(sort.list);
  json["height"] = call.height();
  std::move(page).write_to(json);
  return json_response(json);
}

std::string subject_of(const Call& call, const Sort& sort) {
  return ledger::make_subject(
      {sort.prefix, call.text("certifier"), call.text("scheme"), call.text("number")});
}

Response get_certified(const Call& call, const Sort& sort) {
  const std::string subject = subject_of(call, sort);
  const auto certified = find_certified(call, subject);
  if (!certified) {
    return not_found("There is no " + std::string(sort.name) + " " + subject + ".");
  }
  Json json = document(sort.name);
  json["height"] = call.height();
  write_certified(json, *certified, day_of(call));
  return json_response(json);
}

}  // namespace

Response list_certifications(const Call& call) { return list_certified(call, kCertification); }
Response get_certification(const Call& call) { return get_certified(call, kCertification); }
Response get_certification_history(const Call& call) {
  return history_page(call, subject_of(call, kCertification));
}
Response list_assessments(const Call& call) { return list_certified(call, kAssessment); }
Response get_assessment(const Call& call) { return get_certified(call, kAssessment); }
Response get_assessment_history(const Call& call) {
  return history_page(call, subject_of(call, kAssessment));
}

}  // namespace node::api
