#include "ledger/proofs/codes.h"
#include "ledger/proofs/prove.h"
#include "node/api/codes.h"
#include "node/api/problem.h"
#include "node/api/routes.h"

namespace node::api {
namespace {

constexpr std::uint32_t kCheckpointSeconds = 2;  // the next one is signed by then

int status_of(const crypto::RejectCode& code) {
  if (code == ledger::kProveQuestion) return 400;
  if (code == ledger::kProvePresent) return 409;
  if (code == ledger::kProveLarge) return 422;
  return 404;
}

Response refused(const crypto::Reject& reject) {
  if (reject.code == ledger::kProvePending) {
    return problem_later(503, reject, kCheckpointSeconds);
  }
  return problem(status_of(reject.code), reject);
}

// What is asked follows from what is given: absent, green, a day, a place, or else the whole
// history.
crypto::Checked<ledger::Question> question_of(const Call& call) {
  ledger::Question question;
  question.subject = call.find("subject").value_or("");
  const auto day = call.find("at");
  const auto place = call.find_number("place");
  const bool absent = call.flag("absent");
  const bool green = call.flag("green");
  const bool as_of = call.find("as_of_height").has_value();
  const int asked = absent + green + day.has_value() + place.has_value();
  if (asked > 1 || (as_of && !day) || place == 0) {
    return crypto::Unexpected{
        crypto::Reject(ledger::kProveQuestion, "",
                       "Only one of absent, green, at and place (from 1) can be asked.",
                       "Give one of them; as_of_height goes with at.")};
  }
  question.kind = ledger::QuestionKind::history;
  if (absent) question.kind = ledger::QuestionKind::absence;
  if (green) question.kind = ledger::QuestionKind::purchase;
  if (place) {
    question.kind = ledger::QuestionKind::record;
    question.place = *place;
  }
  if (day) {
    question.kind = ledger::QuestionKind::standing;
    question.day = *day;
    if (as_of) question.as_of_height = call.height();
  }
  return question;
}

}  // namespace

Response get_proof(const Call& call) {
  const auto question = question_of(call);
  if (!question) return refused(question.error());
  const ledger::ProofStart start{call.find_number("from_epoch").value_or(0),
                                 call.find_number("from_size").value_or(0),
                                 call.find_number("witnesses").value_or(0)};
  auto file = ledger::prove_file(call.view().reader, *question, start);
  if (!file) return refused(file.error());
  Response response;
  response.content_type = "application/octet-stream";
  response.body = *std::move(file);
  return response;
}

}  // namespace node::api
