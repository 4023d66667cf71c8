#include "tools/cli/purchase_flags.h"

#include <algorithm>

#include "tools/cli/error_codes.h"
#include "tools/cli/record_json.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

void set_text(const std::string& flag, std::string* field) {
  if (!flag.empty()) *field = flag;
}

// Sets the amount of a kind, in the place of one that is there.
void set_amount(proto::AmountKind kind, const std::string& value, const std::string& currency,
                proto::Purchase& purchase) {
  if (value.empty()) return;
  auto* const amounts = purchase.mutable_amounts();
  auto found = std::find_if(amounts->begin(), amounts->end(),
                            [&](const proto::Amount& amount) { return amount.kind() == kind; });
  proto::Amount& amount = found == amounts->end() ? *purchase.add_amounts() : *found;
  amount.set_kind(kind);
  amount.set_value(decimal_of(value));
  if (!currency.empty()) amount.set_currency(currency);
}

Result<void> apply_party(const std::vector<std::string>& texts, const std::string& country,
                         proto::Party* (proto::Purchase::*field)(), proto::Purchase& purchase) {
  if (texts.empty()) return {};
  Result<proto::Party> party = party_of(texts, country);
  if (!party) return Unexpected{party.error()};
  *(purchase.*field)() = *std::move(party);
  return {};
}

Result<void> apply_product(const ProductFlags& flags, proto::Purchase& purchase) {
  if (!flags.is_set()) return {};
  const Result<std::vector<proto::Product>> products = flags.products();
  if (!products) return Unexpected{products.error()};
  if (products->size() > 1) {
    return usage_error("A purchase line names one product, the flags name several GTINs.",
                       "Record a line for each product.");
  }
  *purchase.mutable_product() = products->front();
  return {};
}

Result<void> apply_criteria(const std::string& text, proto::Purchase& purchase) {
  if (text.empty()) return {};
  std::string name = "GPP_" + text;
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  proto::GppCriteria criteria = proto::GPP_CRITERIA_UNSPECIFIED;
  if (!proto::GppCriteria_Parse(name, &criteria)) {
    return usage_error("\"" + text + "\" is no kind of procurement criteria.",
                       "Kinds are eu, national, other and none.");
  }
  purchase.set_gpp_criteria(criteria);
  return {};
}

}  // namespace

Result<void> apply_flags(const PurchaseFlags& flags, proto::Purchase& purchase) {
  if (!flags.from.empty()) {
    const Result<Json> json = read_json(flags.from);
    if (!json) return Unexpected{json.error()};
    if (auto read = read_message(*json, flags.from, purchase); !read) return read;
  }
  if (auto buyer =
          apply_party(flags.buyer, flags.buyer_country, &proto::Purchase::mutable_buyer, purchase);
      !buyer) {
    return buyer;
  }
  if (auto seller = apply_party(flags.seller, "", &proto::Purchase::mutable_seller, purchase);
      !seller) {
    return seller;
  }
  if (auto product = apply_product(flags.product, purchase); !product) return product;
  set_text(flags.date, purchase.mutable_date());
  if (!flags.category.empty()) *purchase.mutable_category() = category_of(flags.category);
  if (!flags.quantity.empty()) purchase.set_quantity(decimal_of(flags.quantity));
  set_text(flags.unit, purchase.mutable_unit());
  if (!flags.currency.empty() && flags.price.empty() && flags.rebate.empty() &&
      purchase.amounts().empty()) {
    return usage_error("A currency is named, and no amount.", "Give --price or --rebate, too.");
  }
  set_amount(proto::PRICE, flags.price, flags.currency, purchase);
  set_amount(proto::REBATE, flags.rebate, flags.currency, purchase);
  if (!flags.unit_price.empty()) purchase.set_unit_price(decimal_of(flags.unit_price));
  if (!flags.claim.empty()) {
    const Result<std::string> subject = certification_subject(flags.claim, "");
    if (!subject) return Unexpected{subject.error()};
    purchase.set_claimed_certification(*subject);
  }
  set_text(flags.transaction, purchase.mutable_transaction());
  set_text(flags.document_type, purchase.mutable_document_type());
  if (!flags.evidence.empty()) purchase.set_evidence_sha256(hash_of(flags.evidence));
  set_text(flags.procedure, purchase.mutable_procedure());
  return apply_criteria(flags.criteria, purchase);
}

void add_purchase_flags(CLI::App& verb, PurchaseFlags& flags) {
  const auto text = [&](const char* name, std::string& value, const char* help) {
    verb.add_option(name, value, help)->type_name("");
  };
  text("--from", flags.from, "JSON file of the content; flags go before it");
  add_party_flag(verb, "--buyer", flags.buyer);
  text("--buyer-country", flags.buyer_country, "country of the buyer, two letters");
  add_party_flag(verb, "--seller", flags.seller);
  text("--date", flags.date, "date of the document, as 2018-01-13, 2018-01 or 2018");
  add_product_flags(verb, flags.product);
  text("--category", flags.category, "LIST:CODE of the product category");
  text("--quantity", flags.quantity, "how much, as a decimal");
  text("--unit", flags.unit, "unit of UN/ECE Recommendation 20, e.g. C62 (one), KGM, LTR");
  text("--price", flags.price, "price of the line without tax");
  text("--rebate", flags.rebate, "money paid to the buyer");
  text("--currency", flags.currency, "currency of the amounts, e.g. EUR");
  text("--unit-price", flags.unit_price, "price of one unit");
  text("--claim", flags.claim, "certification that the document names: CERTIFIER/SCHEME/NUMBER");
  text("--transaction", flags.transaction, "kind of transaction, as the source says: Lease");
  text("--document-type", flags.document_type, "invoice, order, rebate, credit-note");
  text("--evidence", flags.evidence, "SHA-256 in hex of a document kept elsewhere");
  text("--gpp", flags.criteria,
       "green criteria of a public procurement: eu, national, other, none");
  text("--procedure", flags.procedure, "id of the procurement procedure (OCDS)");
}

}  // namespace tools
