#include "ledger/reports/candidates.h"

#include "ledger/records/product_keys.h"

namespace ledger {

const CandidateList& CandidateReader::find(const proto::Purchase& purchase) {
  const proto::Product& product = purchase.product();
  std::string key = product.gtin();
  key.append(1, '\0').append(product.brand());
  key.append(1, '\0').append(product.model());
  key.append(1, '\0').append(purchase.claimed_certification());
  const auto found = kept_.find(key);
  if (found != kept_.end()) return found->second;
  if (kept_.size() >= kKeptMax) kept_.clear();
  return kept_.emplace(std::move(key), read(purchase)).first->second;
}

CandidateList CandidateReader::read(const proto::Purchase& purchase) {
  CandidateList list;
  Subjects subjects;
  if (!purchase.claimed_certification().empty()) {
    subjects.insert(purchase.claimed_certification());
  } else {
    if (!purchase.product().gtin().empty()) {
      chain_.by_gtin(purchase.product().gtin(), {}, [&](std::string_view subject) {
        subjects.emplace(subject);
        list.completeness.same = subjects.size() <= kCandidatesMax;
        return list.completeness.same;
      });
    }
    if (!purchase.product().model().empty()) {
      add_name(subjects, list.completeness,
               product_name(purchase.product().brand(), purchase.product().model()));
    }
  }
  for (const std::string& subject : subjects) {
    std::optional<JoinCandidate> candidate = read_candidate(subject);
    if (candidate) list.candidates.push_back(std::move(*candidate));
  }
  return list;
}

void CandidateReader::add_name(Subjects& subjects, Completeness& completeness,
                               const std::string& name) const {
  const auto add_same = [&](std::string_view subject) {
    subjects.emplace(subject);
    completeness.same = completeness.same && subjects.size() <= kCandidatesMax;
    return completeness.same;
  };
  // Register names whose first '*' stands after the first `size` bytes of the name.
  for (std::size_t size = 0; size < name.size() && completeness.same; ++size) {
    chain_.by_model(name.substr(0, size) + "*", {},
                    [&](std::string_view found, std::string_view subject) {
                      return !matches_name(found, name) || add_same(subject);
                    });
  }
  // In order: the name itself, names that go on after a space, names of which it is no word.
  std::size_t longer = 0;
  chain_.by_model(name, {}, [&](std::string_view found, std::string_view subject) {
    if (found.size() == name.size()) return add_same(subject);
    if (found[name.size()] != ' ') return false;
    completeness.longer = ++longer <= kLongerNamesMax;
    if (completeness.longer) subjects.emplace(subject);
    return completeness.longer;
  });
}

std::optional<JoinCandidate> CandidateReader::read_candidate(const std::string& subject) {
  const std::optional<SubjectValue> value = chain_.subject(subject, height_);
  if (!value) return std::nullopt;
  JoinCandidate candidate;
  candidate.subject = subject;
  if (!candidate.state.ParseFromString(value->body)) return std::nullopt;
  std::optional<StoredRecord> stored = chain_.record(candidate.state.content_index());
  if (!stored) return std::nullopt;
  if (stored->record.has_certification()) {
    proto::Certification& content = *stored->record.mutable_certification();
    candidate.products.Swap(content.mutable_products());
    candidate.level = content.level();
    candidate.scheme = content.scheme();
  } else if (stored->record.has_assessment()) {
    proto::Assessment& content = *stored->record.mutable_assessment();
    candidate.products.Swap(content.mutable_products());
    candidate.scheme = content.scheme();
  } else {
    return std::nullopt;
  }
  read_scheme(candidate);
  return candidate;
}

void CandidateReader::read_scheme(JoinCandidate& candidate) {
  auto found = schemes_.find(candidate.scheme);
  if (found == schemes_.end()) {
    std::optional<proto::Scheme> scheme;
    const std::optional<SubjectValue> value = chain_.subject(candidate.scheme, height_);
    proto::SchemeState state;
    if (value && state.ParseFromString(value->body)) scheme = state.scheme();
    found = schemes_.emplace(candidate.scheme, std::move(scheme)).first;
  }
  if (!found->second) return;
  candidate.iso_type = found->second->iso_type();
  candidate.scheme_recognised = !found->second->recognised_by().empty();
}

}  // namespace ledger
