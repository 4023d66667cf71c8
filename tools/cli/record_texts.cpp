#include "tools/cli/record_texts.h"

#include <algorithm>

#include "ledger/records/decimal.h"
#include "ledger/records/identifiers.h"
#include "ledger/records/subject.h"
#include "tools/cli/error_codes.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

constexpr std::size_t kHashDigits = 64;

std::string enum_name(std::string text) {
  for (char& c : text) {
    if (c == '-') c = '_';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

// Splits at slashes into `count` parts; the last keeps the slashes that are left.
std::vector<std::string> split(std::string_view text, std::size_t count) {
  std::vector<std::string> parts;
  while (parts.size() + 1 < count) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) break;
    parts.emplace_back(text.substr(0, slash));
    text.remove_prefix(slash + 1);
  }
  parts.emplace_back(text);
  return parts;
}

// `forms` is what the message shows, without the organisation.
Result<std::string> subject_of(std::string_view kind, const std::string& text, std::size_t parts,
                               const std::string& organisation, const std::string& form) {
  const std::string prefix = std::string(kind) + "/";
  if (text.starts_with(prefix)) {
    if (const auto path = ledger::parse_subject(text); !path) {
      return usage_error("\"" + text + "\" is no subject: " + path.error().message,
                         path.error().hint);
    }
    return text;
  }
  const auto slashes = static_cast<std::size_t>(std::count(text.begin(), text.end(), '/'));
  std::vector<std::string> texts = {std::string(kind)};
  if (slashes + 2 == parts && !organisation.empty()) texts.push_back(organisation);
  for (std::string& part : split(text, parts + 1 - texts.size())) texts.push_back(std::move(part));
  if (texts.size() != parts + 1 ||
      std::any_of(texts.begin(), texts.end(), [](const auto& each) { return each.empty(); })) {
    return usage_error("\"" + text + "\" does not name a " + std::string(kind) + ".",
                       "Write it as " + form + ", or as the subject that lists show.");
  }
  std::string subject;
  for (const std::string& each : texts) {
    if (!subject.empty()) subject += '/';
    subject += ledger::encode_segment(each);
  }
  return subject;
}

}  // namespace

Result<proto::Role> role_of(const std::string& text) {
  proto::Role role = proto::ROLE_UNSPECIFIED;
  if (proto::Role_Parse(enum_name(text), &role) && role != proto::ROLE_UNSPECIFIED) return role;
  return usage_error("\"" + text + "\" is no role of a member.",
                     "Roles are certifier, recorder, scheme-owner, validator, auditor, observer "
                     "and secretariat.");
}

Result<proto::Identifier> identifier_of(const std::string& text) {
  const std::size_t colon = text.find(':');
  proto::Identifier identifier;
  proto::IdentifierScheme scheme = proto::IDENTIFIER_SCHEME_UNSPECIFIED;
  if (colon == std::string::npos ||
      !proto::IdentifierScheme_Parse(enum_name(text.substr(0, colon)), &scheme) ||
      scheme == proto::IDENTIFIER_SCHEME_UNSPECIFIED) {
    return usage_error("\"" + text + "\" is no identifier.",
                       "Write the scheme before it: LEI:…, USCC:…, GLN:… or DUNS:….");
  }
  identifier.set_scheme(scheme);
  identifier.set_value(text.substr(colon + 1));
  return identifier;
}

Result<proto::Party> party_of(const std::vector<std::string>& texts, const std::string& country) {
  proto::Party party;
  for (const std::string& text : texts) {
    if (const Result<proto::Identifier> identifier = identifier_of(text)) {
      *party.add_identifiers() = *identifier;
    } else if (party.name().empty()) {
      party.set_name(text);
    } else {
      return usage_error("The party has two names, \"" + party.name() + "\" and \"" + text + "\".",
                         "Give one name, and identifiers as LEI:…, USCC:…, GLN:… or DUNS:….");
    }
  }
  party.set_country(country);
  return party;
}

proto::Category category_of(std::string_view text) {
  const std::size_t colon = text.find(':');
  proto::Category category;
  category.set_list(std::string(text.substr(0, colon)));
  if (colon != std::string_view::npos) category.set_code(std::string(text.substr(colon + 1)));
  return category;
}

std::string decimal_of(const std::string& text) {
  return ledger::canonical_decimal(text).value_or(text);
}

std::string gtin_of(const std::string& text) { return ledger::gtin_14(text).value_or(text); }

crypto::Bytes hash_of(const std::string& text) {
  if (text.size() != kHashDigits) return text;
  return crypto::from_hex(text).value_or(text);
}

Result<std::string> certification_subject(const std::string& text,
                                          const std::string& organisation) {
  return subject_of("cert", text, 3, organisation, "CERTIFIER/SCHEME/NUMBER");
}

Result<std::string> scheme_subject(const std::string& text, const std::string& organisation) {
  return subject_of("scheme", text, 2, organisation, "OWNER/ID");
}

Result<std::string> purchase_subject(const std::string& text, const std::string& organisation) {
  return subject_of("purchase", text, 4, organisation, "RECORDER/SYSTEM/DOCUMENT/LINE");
}

bool ProductFlags::is_set() const {
  return !gtins.empty() || !brand.empty() || !model.empty() || !seller_code.empty() ||
         !description.empty() || !attributes.empty();
}

Result<std::vector<proto::Product>> ProductFlags::products() const {
  proto::Product product;
  product.set_brand(brand);
  product.set_model(model);
  product.set_seller_code(seller_code);
  product.set_description(description);
  std::vector<std::string> sorted = attributes;
  std::sort(sorted.begin(), sorted.end());
  for (const std::string& text : sorted) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
      return usage_error("\"" + text + "\" is no attribute.", "Write it as NAME=VALUE.");
    }
    proto::Attribute& attribute = *product.add_attributes();
    attribute.set_name(text.substr(0, equals));
    attribute.set_value(text.substr(equals + 1));
  }
  std::vector<proto::Product> products;
  for (const std::string& gtin : gtins) {
    products.push_back(product);
    products.back().set_gtin(gtin_of(gtin));
  }
  if (products.empty()) products.push_back(std::move(product));
  return products;
}

void add_product_filters(CLI::App& verb, ProductFlags& flags) {
  verb.add_option("--gtin", flags.gtins, "GTIN of the product, 8, 12, 13 or 14 digits")
      ->type_name("");
  verb.add_option("--brand", flags.brand, "brand of the product")->type_name("");
  verb.add_option("--model", flags.model, "model of the product")->type_name("");
}

void add_product_flags(CLI::App& verb, ProductFlags& flags) {
  add_product_filters(verb, flags);
  verb.add_option("--seller-code", flags.seller_code, "the seller's own code of the product")
      ->type_name("");
  verb.add_option("--description", flags.description, "the product in words")->type_name("");
  verb.add_option("--attribute", flags.attributes,
                  "NAME=VALUE that tells products of one name apart")
      ->type_name("");
}

}  // namespace tools
