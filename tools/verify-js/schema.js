// proto/records.proto and proto/state.proto as tables: "number name type", a "*" behind
// where it repeats. Types: s string, b bytes, u unsigned integer, t bool, or the name of another.

export const ENUMS = {
  IdentifierScheme: ["IDENTIFIER_SCHEME_UNSPECIFIED", "LEI", "USCC", "GLN", "DUNS", "OTHER"],
  AmountKind: ["AMOUNT_KIND_UNSPECIFIED", "PRICE", "REBATE"],
  Role: [
    "ROLE_UNSPECIFIED", "CERTIFIER", "RECORDER", "SCHEME_OWNER", "VALIDATOR", "AUDITOR",
    "OBSERVER", "SECRETARIAT",
  ],
  KeyPurpose: ["KEY_PURPOSE_UNSPECIFIED", "ROOT", "OPERATION", "NODE"],
  Algorithm: ["ALGORITHM_UNSPECIFIED", "ED25519"],
  IsoType: [
    "ISO_TYPE_UNSPECIFIED", "TYPE_I", "TYPE_II", "TYPE_III", "GRADE_LABEL", "OTHER_TYPE",
  ],
  Basis: [
    "BASIS_UNSPECIFIED", "THIRD_PARTY_CERTIFICATION", "PUBLIC_AUTHORITY", "SELF_DECLARATION",
  ],
  Status: ["STATUS_UNSPECIFIED", "ACTIVE", "SUSPENDED", "WITHDRAWN", "CANCELLED"],
  GppCriteria: ["GPP_CRITERIA_UNSPECIFIED", "GPP_EU", "GPP_NATIONAL", "GPP_OTHER", "GPP_NONE"],
};

const TABLES = {
  Record: `1 subject s, 2 place u, 3 organisation Organisation, 4 key_change KeyChange,
    5 scheme Scheme, 6 certification Certification, 7 certification_status CertificationStatus,
    8 assessment Assessment, 9 purchase Purchase, 10 purchase_correction PurchaseCorrection,
    11 purchase_return PurchaseReturn, 12 validator_set ValidatorSet, 13 parameters Parameters,
    15 countersignatures Countersignature*`,
  Countersignature: "1 organisation s, 2 key_id b, 3 signature b",
  Identifier: "1 scheme IdentifierScheme, 2 value s",
  Party: "1 identifiers Identifier*, 2 name s, 3 country s, 4 region s",
  Attribute: "1 name s, 2 value s",
  Product: `1 gtin s, 2 brand s, 3 model s, 4 seller_code s, 5 description s,
    6 attributes Attribute*`,
  Category: "1 list s, 2 code s",
  Amount: "1 kind AmountKind, 2 value s, 3 currency s",
  Evidence: "1 sha256 b, 2 media_type s, 3 uri s",
  Measure: "1 metric s, 2 value s, 3 unit s",
  Key: "1 purpose KeyPurpose, 2 algorithm Algorithm, 3 public_key b, 4 label s",
  Organisation: `1 name s, 2 name_zh s, 3 identifiers Identifier*, 4 country s, 5 roles Role*,
    6 keys Key*, 7 records_for s*, 8 website s`,
  KeyChange: "1 add Key*, 2 revoke KeyRevocation*",
  KeyRevocation: "1 key_id b, 2 compromised_since s, 3 reason s",
  Validator: `1 organisation s, 2 vote_key b, 3 log_key b, 4 cosigner_key b, 5 node_key b,
    6 addresses s*`,
  ValidatorSet: "1 validators Validator*",
  Parameters: `1 rules_version u, 2 network_name s, 3 log_domain s, 4 block_bytes_max u,
    5 block_records_max u, 6 organisation_bytes_per_day u, 7 development t`,
  CriteriaVersion: "1 version s, 2 title s, 3 effective_from s, 4 sha256 b, 5 uri s",
  Accreditation: `1 certifier s, 2 standard s, 3 body s, 4 number s, 5 valid_from s,
    6 valid_to s`,
  Scheme: `1 name s, 2 name_zh s, 3 iso_type IsoType, 4 basis Basis, 5 criteria CriteriaVersion*,
    6 accreditations Accreditation*, 7 categories Category*, 8 levels s*, 9 validity_months_max u,
    10 recognised_by s, 11 website s`,
  Certification: `1 scheme s, 2 criteria_version s, 3 certificate_number s, 4 holder Party,
    5 products Product*, 6 category Category, 7 level s, 8 valid_from s, 9 valid_to s, 10 renews s,
    11 measures Measure*, 12 evidence Evidence*, 13 countries s*, 14 source_id s`,
  CertificationStatus: "1 status Status, 2 effective_from s, 3 reason s, 4 evidence Evidence*",
  Assessment: `1 scheme s, 2 criteria_version s, 3 certificate_number s, 4 holder Party,
    5 products Product*, 6 category Category, 7 valid_from s, 8 valid_to s, 9 result s`,
  Purchase: `1 buyer Party, 2 seller Party, 3 date s, 4 product Product, 5 category Category,
    6 quantity s, 7 unit s, 8 amounts Amount*, 9 claimed_certification s, 10 transaction s,
    11 document_type s, 12 evidence_sha256 b, 13 gpp_criteria GppCriteria, 14 procedure s,
    15 unit_price s`,
  PurchaseCorrection: "1 purchase Purchase, 2 reason s",
  PurchaseReturn: "1 quantity s, 2 date s, 3 amounts Amount*, 4 reason s",

  KeyState: "1 key Key, 2 key_id b, 3 since_height u, 4 revoked_height u, 5 compromised_since s",
  OrganisationState: "1 organisation Organisation, 2 keys KeyState*",
  StatusChange: "1 status Status, 2 effective_from s, 3 index u",
  CertificationState: `1 content_index u, 2 valid_from s, 3 valid_to s, 4 changes StatusChange*,
    5 assessment t, 6 scheme s, 7 counters s*`,
  PurchaseState: "1 content_index u, 2 quantity s, 3 returned s",
};

function fieldOf(text) {
  const [, tag, name, type, star] = /^(\d+) (\w+) (\w+)(\*?)$/.exec(text.trim());
  const json = name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  return { tag: Number(tag), name, json, type, isRepeated: star === "*" };
}

export const MESSAGES = Object.fromEntries(
  Object.entries(TABLES).map(([name, table]) => [name, table.split(",").map(fieldOf)]),
);

export const KINDS = MESSAGES.Record.filter((field) => field.tag >= 3 && field.tag <= 13);
