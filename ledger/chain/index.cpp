#include "ledger/chain/index.h"

#include "crypto/hash.h"
#include "ledger/records/product_keys.h"
#include "ledger/records/subject.h"

namespace ledger {
namespace {

constexpr std::size_t kBuyerHashBytes = 8;

void add_product_keys(std::vector<Bytes>& keys, const std::string& subject,
                      const google::protobuf::RepeatedPtrField<proto::Product>& products) {
  for (const proto::Product& product : products) {
    if (!product.gtin().empty()) keys.push_back("t" + product.gtin() + subject);
    if (!product.model().empty()) {
      Bytes key = "m" + product_name(product.brand(), product.model());
      key.push_back('\0');
      keys.push_back(key + subject);
    }
  }
}

void add_purchase_keys(std::vector<Bytes>& keys, const proto::Purchase& purchase,
                       std::uint64_t index) {
  Bytes tail = index_date(purchase.date());
  crypto::append_u64(tail, index);
  keys.push_back("d" + tail);
  keys.push_back("b" + buyer_hash(buyer_key(purchase.buyer())) + tail);
}

}  // namespace

std::vector<Bytes> index_keys(const proto::Record& record, std::uint64_t index) {
  std::vector<Bytes> keys;
  switch (record.kind_case()) {
    case proto::Record::kPurchase:
      add_purchase_keys(keys, record.purchase(), index);
      return keys;
    case proto::Record::kPurchaseCorrection:
      add_purchase_keys(keys, record.purchase_correction().purchase(), index);
      return keys;
    case proto::Record::kPurchaseReturn:
      return keys;
    case proto::Record::kCertification:
      add_product_keys(keys, record.subject(), record.certification().products());
      break;
    case proto::Record::kAssessment:
      add_product_keys(keys, record.subject(), record.assessment().products());
      break;
    case proto::Record::kOrganisation:
    case proto::Record::kKeyChange:
    case proto::Record::kScheme:
    case proto::Record::kCertificationStatus:
    case proto::Record::kValidatorSet:
    case proto::Record::kParameters:
    case proto::Record::KIND_NOT_SET:
      break;
  }
  if (record.place() == 1) keys.push_back("s" + record.subject());
  return keys;
}

std::optional<Bytes> subject_index_key(std::string_view subject) {
  const auto path = parse_subject(subject);
  if (!path || path->kind == SubjectKind::purchase) return std::nullopt;
  return "s" + Bytes(subject);
}

std::string buyer_key(const proto::Party& buyer) {
  if (buyer.identifiers_size() == 0) return buyer.name();
  const proto::Identifier& identifier = buyer.identifiers(0);
  return proto::IdentifierScheme_Name(identifier.scheme()) + ":" + identifier.value();
}

Bytes buyer_hash(std::string_view buyer) {
  return Bytes(crypto::sha256(buyer).view().substr(0, kBuyerHashBytes));
}

Bytes index_date(std::string_view date) {
  Bytes out(date.substr(0, kIndexDateBytes));
  out.resize(kIndexDateBytes, '\0');
  return out;
}

}  // namespace ledger
