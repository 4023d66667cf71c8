#include "tools/cli/cert_writing.h"

#include <algorithm>

#include "ledger/records/date.h"
#include "ledger/records/subject.h"
#include "tools/cli/error_codes.h"
#include "tools/cli/record_json.h"
#include "tools/cli/writing.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

void add_content_flags(CLI::App& verb, CertificationFlags& flags) {
  const auto text = [&](const char* name, std::string& value, const char* help) {
    verb.add_option(name, value, help)->type_name("");
  };
  text("--from", flags.from, "JSON file of the content; flags go before it");
  add_party_flag(verb, "--holder", flags.holder);
  text("--holder-country", flags.country, "country of the holder, two letters");
  add_product_flags(verb, flags.product);
  text("--category", flags.category, "LIST:CODE of the product category");
  text("--level", flags.level, "level of the label, where the scheme has levels");
  text("--criteria", flags.criteria, "version of the scheme's criteria");
  text("--valid-from", flags.valid_from, "first day of validity, as 2018-01-13, 2018-01 or 2018");
  text("--valid-to", flags.valid_to, "last day of validity; not stated: open-ended");
  text("--source-id", flags.source_id, "a second number of the register");
  verb.add_option("--holds-in", flags.countries, "country where it holds; none: everywhere")
      ->type_name("");
  verb.add_option("--evidence", flags.evidence, "SHA-256 in hex of a document kept elsewhere")
      ->type_name("");
}

Result<void> apply_products(const ProductFlags& flags, proto::Certification& certification) {
  if (!flags.is_set()) return {};
  const Result<std::vector<proto::Product>> products = flags.products();
  if (!products) return Unexpected{products.error()};
  certification.clear_products();
  for (const proto::Product& product : *products) *certification.add_products() = product;
  return {};
}

// The content that a certification has now; gives the place that its next record takes.
Result<std::uint64_t> read_present(const Session& session, const std::string& subject,
                                   proto::Certification& content) {
  const std::string path = "/v1/certifications/" + subject.substr(subject.find('/') + 1);
  return tools::read_present(session, NodePath(path), "certification", content);
}

struct IssueOptions {
  CertificationFlags content;
  WriteFlags write;
};

ExitCode issue(Session& session, const IssueOptions& options) {
  const Result<std::string> organisation = session.organisation();
  if (!organisation) return session.output.fail(organisation.error());
  proto::Record record;
  record.set_place(1);
  proto::Certification& certification = *record.mutable_certification();
  if (auto applied = apply_flags(options.content, *organisation, certification); !applied) {
    return session.output.fail(applied.error());
  }
  record.set_subject(certification_subject_of(certification, *organisation));
  const Written written = write_records(session, options.write, {record});
  if (written.is_recorded) session.output.next("greenledger cert show " + record.subject());
  return written.exit;
}

struct ChangeOptions {
  std::string certification;
  CertificationFlags content;
  std::string effective;
  std::string reason;
  bool at_holders_wish = false;
  WriteFlags write;
};

ExitCode amend(Session& session, const ChangeOptions& options) {
  const Result<std::string> subject =
      certification_subject(options.certification, session.settings.value("org"));
  if (!subject) return session.output.fail(subject.error());
  proto::Certification content;
  const Result<std::uint64_t> place = read_present(session, *subject, content);
  if (!place) return session.output.fail(place.error());
  const std::string before = content.SerializeAsString();
  const auto applied =
      apply_flags(options.content, std::string(ledger::owner_of(*subject)), content);
  if (!applied) return session.output.fail(applied.error());
  if (content.SerializeAsString() == before) {
    return session.output.fail(nothing_changed("certification", "--valid-to"));
  }
  proto::Record record;
  record.set_subject(*subject);
  record.set_place(*place);
  *record.mutable_certification() = std::move(content);
  const Written written = write_records(session, options.write, {record});
  if (written.is_recorded) session.output.next("greenledger cert history " + *subject);
  return written.exit;
}

ExitCode renew(Session& session, const ChangeOptions& options) {
  const Result<std::string> old =
      certification_subject(options.certification, session.settings.value("org"));
  if (!old) return session.output.fail(old.error());
  proto::Certification content;
  const Result<std::uint64_t> place = read_present(session, *old, content);
  if (!place) return session.output.fail(place.error());
  const std::string owner(ledger::owner_of(*old));
  content.clear_valid_from();
  content.clear_valid_to();
  content.clear_evidence();
  content.clear_source_id();
  content.set_renews(*old);
  if (auto applied = apply_flags(options.content, owner, content); !applied) {
    return session.output.fail(applied.error());
  }
  proto::Record record;
  record.set_subject(certification_subject_of(content, owner));
  record.set_place(1);
  *record.mutable_certification() = content;
  const Written written = write_records(session, options.write, {record});
  if (written.is_recorded) session.output.next("greenledger cert show " + record.subject());
  return written.exit;
}

ExitCode change_status(Session& session, const ChangeOptions& options, proto::Status status) {
  const Result<std::string> subject =
      certification_subject(options.certification, session.settings.value("org"));
  if (!subject) return session.output.fail(subject.error());
  proto::Record record;
  record.set_subject(*subject);
  // A local dry run asks no node; a status change is never the first record.
  record.set_place(2);
  if (options.write.dry_run != "local") {
    proto::Certification content;
    const Result<std::uint64_t> place = read_present(session, *subject, content);
    if (!place) return session.output.fail(place.error());
    record.set_place(*place);
  }
  proto::CertificationStatus& change = *record.mutable_certification_status();
  change.set_status(status);
  const std::uint64_t now_ms = session.node_access.submit("").unix_ms();
  change.set_effective_from(options.effective.empty() ? ledger::day_text(ledger::utc_day(now_ms))
                                                      : options.effective);
  change.set_reason(options.reason);
  for (const std::string& evidence : options.content.evidence) {
    change.add_evidence()->set_sha256(hash_of(evidence));
  }
  const Written written = write_records(session, options.write, {record});
  if (written.is_recorded) session.output.next("greenledger cert show " + *subject);
  return written.exit;
}

std::shared_ptr<ChangeOptions> change_options() { return std::make_shared<ChangeOptions>(); }

void add_certification_argument(CLI::App& verb, ChangeOptions& options) {
  verb.add_option("CERT", options.certification, "CERTIFIER/SCHEME/NUMBER, or its subject")
      ->required()
      ->type_name("");
}

CLI::App& add_status_verb(Cli& cli, CLI::App& noun, const Command& command, proto::Status status) {
  const auto options = change_options();
  CLI::App& verb = cli.add_verb(noun, command, [options, status](Session& session) {
    return change_status(session, *options, options->at_holders_wish ? proto::CANCELLED : status);
  });
  add_certification_argument(verb, *options);
  verb.add_option("--effective", options->effective,
                  "day from which it holds, also an earlier one; today by default")
      ->type_name("");
  verb.add_option("--reason", options->reason, "why, in a sentence")->type_name("");
  verb.add_option("--evidence", options->content.evidence,
                  "SHA-256 in hex of a document kept elsewhere")
      ->type_name("");
  if (status == proto::WITHDRAWN) {
    verb.add_flag("--cancel", options->at_holders_wish,
                  "at the holder's own wish: recorded as cancelled, not as withdrawn");
  }
  add_write_flags(verb, options->write);
  return verb;
}

void add_issue(Cli& cli, CLI::App& noun) {
  const auto options = std::make_shared<IssueOptions>();
  CLI::App& verb = cli.add_verb(
      noun,
      {"issue",
       "Issue a certification",
       {"greenledger cert issue --org epa --scheme epa/smartway --number SW-1 --holder \"Acme "
        "Motors\" --brand Acme --model A1 --category SmartWay:car --valid-from 2018-01-01 "
        "--valid-to 2018-12-31"}},
      [options](Session& session) { return issue(session, *options); });
  verb.add_option("--scheme", options->content.scheme, "label scheme: OWNER/ID, or its subject")
      ->type_name("");
  verb.add_option("--number", options->content.number,
                  "certificate number, as the register writes it")
      ->type_name("");
  add_content_flags(verb, options->content);
  add_write_flags(verb, options->write);
}

void add_amend_and_renew(Cli& cli, CLI::App& noun) {
  const auto amending = change_options();
  CLI::App& amend_verb =
      cli.add_verb(noun,
                   {"amend",
                    "Change what a certification says; earlier records stay in its history",
                    {"greenledger cert amend epa/smartway/SW-1 --valid-to 2019-12-31"}},
                   [amending](Session& session) { return amend(session, *amending); });
  add_certification_argument(amend_verb, *amending);
  add_content_flags(amend_verb, amending->content);
  add_write_flags(amend_verb, amending->write);

  const auto renewing = change_options();
  CLI::App& renew_verb = cli.add_verb(
      noun,
      {"renew",
       "Issue a certification that succeeds another, with its content where no flag says otherwise",
       {"greenledger cert renew epa/smartway/SW-1 --number SW-2 --valid-from 2019-01-01 "
        "--valid-to 2019-12-31"}},
      [renewing](Session& session) { return renew(session, *renewing); });
  add_certification_argument(renew_verb, *renewing);
  renew_verb
      .add_option("--number", renewing->content.number,
                  "certificate number, as the register writes it")
      ->required()
      ->type_name("");
  add_content_flags(renew_verb, renewing->content);
  add_write_flags(renew_verb, renewing->write);
}

}  // namespace

Result<void> apply_flags(const CertificationFlags& flags, const std::string& organisation,
                         proto::Certification& certification) {
  if (!flags.from.empty()) {
    const Result<Json> json = read_json(flags.from);
    if (!json) return Unexpected{json.error()};
    if (auto read = read_message(*json, flags.from, certification); !read) return read;
  }
  if (!flags.scheme.empty()) {
    const Result<std::string> scheme = scheme_subject(flags.scheme, organisation);
    if (!scheme) return Unexpected{scheme.error()};
    certification.set_scheme(*scheme);
  }
  if (!flags.number.empty()) certification.set_certificate_number(flags.number);
  if (!flags.holder.empty()) {
    Result<proto::Party> holder = party_of(flags.holder, flags.country);
    if (!holder) return Unexpected{holder.error()};
    *certification.mutable_holder() = *std::move(holder);
  } else if (!flags.country.empty()) {
    certification.mutable_holder()->set_country(flags.country);
  }
  if (auto products = apply_products(flags.product, certification); !products) return products;
  if (!flags.category.empty()) *certification.mutable_category() = category_of(flags.category);
  if (!flags.level.empty()) certification.set_level(flags.level);
  if (!flags.criteria.empty()) certification.set_criteria_version(flags.criteria);
  if (!flags.valid_from.empty()) certification.set_valid_from(flags.valid_from);
  if (!flags.valid_to.empty()) certification.set_valid_to(flags.valid_to);
  if (!flags.source_id.empty()) certification.set_source_id(flags.source_id);
  if (!flags.countries.empty()) {
    std::vector<std::string> sorted = flags.countries;
    std::sort(sorted.begin(), sorted.end());
    certification.clear_countries();
    for (const std::string& country : sorted) certification.add_countries(country);
  }
  for (const std::string& evidence : flags.evidence) {
    certification.add_evidence()->set_sha256(hash_of(evidence));
  }
  if (certification.scheme().empty() || certification.certificate_number().empty()) {
    return usage_error("The certification has no scheme or no number, which its subject needs.",
                       "Give --scheme and --number, or both in the file of --from.");
  }
  return {};
}

std::string certification_subject_of(const proto::Certification& certification,
                                     const std::string& organisation) {
  const std::string& scheme = certification.scheme();
  return "cert/" + ledger::encode_segment(organisation) + scheme.substr(scheme.rfind('/')) + "/" +
         ledger::encode_segment(certification.certificate_number());
}

void add_cert_writing(Cli& cli, CLI::App& noun) {
  add_issue(cli, noun);
  add_amend_and_renew(cli, noun);
  add_status_verb(cli, noun,
                  {"suspend",
                   "Suspend a certification for a while",
                   {"greenledger cert suspend epa/smartway/SW-1 --reason \"audit not passed\""}},
                  proto::SUSPENDED);
  add_status_verb(cli, noun,
                  {"reinstate",
                   "Reinstate a suspended certification",
                   {"greenledger cert reinstate epa/smartway/SW-1 --effective 2018-06-01"}},
                  proto::ACTIVE);
  add_status_verb(cli, noun,
                  {"withdraw",
                   "Withdraw a certification for good",
                   {"greenledger cert withdraw epa/smartway/SW-1 --effective 2018-03-01 --reason "
                    "\"false test report\"",
                    "greenledger cert withdraw epa/smartway/SW-1 --cancel"}},
                  proto::WITHDRAWN);
}

}  // namespace tools
