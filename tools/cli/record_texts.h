// What people write on a command line, as parts of records. Values are only brought into the form
// that records have (12.50 becomes 12.5, a GTIN of 13 digits one of 14); what is wrong with them is
// for ledger::check to say, with the same codes for every way in.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"
#include "crypto/expected.h"
#include "proto/records.pb.h"

namespace tools {

// "scheme-owner" -> SCHEME_OWNER. E-USAGE: no such role of a member.
crypto::Result<proto::Role> role_of(const std::string& text);
// "LEI:5493…". E-USAGE: no scheme before the colon.
crypto::Result<proto::Identifier> identifier_of(const std::string& text);
// Identifiers and at most one name: {"LEI:5493…", "City of X"}. E-USAGE: two names.
crypto::Result<proto::Party> party_of(const std::vector<std::string>& texts,
                                      const std::string& country);
// "CPV:39000000": the list, then the code.
proto::Category category_of(std::string_view text);
std::string decimal_of(const std::string& text);
std::string gtin_of(const std::string& text);
// 64 hex digits as 32 bytes; anything else stays as it is.
crypto::Bytes hash_of(const std::string& text);

// A subject, written whole ("cert/epa/smartway/N%201") or as its parts with the texts as they are
// ("epa/smartway/N 1"; with an organisation set also "smartway/N 1"). E-USAGE: too few parts.
crypto::Result<std::string> certification_subject(const std::string& text,
                                                  const std::string& organisation);
crypto::Result<std::string> scheme_subject(const std::string& text,
                                           const std::string& organisation);
crypto::Result<std::string> purchase_subject(const std::string& text,
                                             const std::string& organisation);

struct ProductFlags {
  std::vector<std::string> gtins;
  std::string brand;
  std::string model;
  std::string seller_code;
  std::string description;
  std::vector<std::string> attributes;  // name=value

  bool is_set() const;
  // One product a GTIN; without GTINs one.
  crypto::Result<std::vector<proto::Product>> products() const;
};
// A party by name or identifier; `name` is its flag: "--buyer". Words: one text, or a list of them.
template <class Words>
void add_party_flag(CLI::App& verb, const std::string& name, Words& words) {
  verb.add_option(name, words, name.substr(2) + ": a name, or LEI:…, USCC:…, GLN:…, DUNS:…")
      ->type_name("");
}

void add_product_flags(CLI::App& verb, ProductFlags& flags);
// Those by which lists are searched, too.
void add_product_filters(CLI::App& verb, ProductFlags& flags);

}  // namespace tools
