// The verbs of `greenledger cert` that write: issue, amend, suspend, reinstate, withdraw, renew.
#pragma once

#include "tools/cli/cli.h"
#include "tools/cli/record_texts.h"

namespace tools {

void add_cert_writing(Cli& cli, CLI::App& noun);

// What flags say about a certification. Fields that no flag names stay as they are.
struct CertificationFlags {
  std::string from;  // file with a Certification as JSON, taken first
  std::string scheme;
  std::string number;
  std::vector<std::string> holder;
  std::string country;
  ProductFlags product;
  std::string category;
  std::string level;
  std::string criteria;
  std::string valid_from;
  std::string valid_to;
  std::string source_id;
  std::vector<std::string> countries;
  std::vector<std::string> evidence;  // SHA-256 in hex of a document that is kept elsewhere
};

// E-USAGE, E-INPUT.
crypto::Result<void> apply_flags(const CertificationFlags& flags, const std::string& organisation,
                                 proto::Certification& certification);

// cert/<organisation>/<third segment of the scheme>/<number>
std::string certification_subject_of(const proto::Certification& certification,
                                     const std::string& organisation);

}  // namespace tools
