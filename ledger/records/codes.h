// Every reason for which a record is refused. A code never changes its meaning; its hint is the way
// to mend what fits most cases, a rule may say a better one. A test walks this file and fails when
// a code has no test that earns it.
#pragma once

#include "crypto/reject.h"

namespace ledger {

// ---- form ----------------------------------------------------------------------------------
inline constexpr crypto::RejectCode kSubjectInvalid{
    "E-SUBJECT",
    "Write the subject as kind/owner/…, 1 to 64 bytes a segment, with every byte but letters, "
    "digits and -._~@: as %XX in capitals."};
inline constexpr crypto::RejectCode kPlaceInvalid{
    "E-PLACE", "Ask for the subject's history and give the record the place after its last."};
inline constexpr crypto::RejectCode kKindInvalid{
    "E-KIND", "Give the record one kind, and a subject that this kind may be about."};
inline constexpr crypto::RejectCode kFieldMissing{"E-FIELD-MISSING", "State this field."};
inline constexpr crypto::RejectCode kFieldExtra{"E-FIELD-EXTRA", "Leave this field out."};
inline constexpr crypto::RejectCode kTooMany{"E-TOO-MANY",
                                             "Split what it says over several records."};
inline constexpr crypto::RejectCode kOrderInvalid{
    "E-ORDER", "Sort the entries in ascending order and name each once."};
inline constexpr crypto::RejectCode kTextInvalid{
    "E-TEXT",
    "Write UTF-8 text in Unicode form NFC without control characters or line breaks, and shorten "
    "it if it is too long."};
inline constexpr crypto::RejectCode kDecimalInvalid{
    "E-DECIMAL",
    "Write the number as 12.5: at most 15 digits, a point and at most 6 digits, no exponent, no "
    "separators, no zeros that carry nothing."};
inline constexpr crypto::RejectCode kDateInvalid{
    "E-DATE", "Write a date of the calendar as 2018-01-13, 2018-01 or 2018, or leave it out."};
inline constexpr crypto::RejectCode kHashInvalid{"E-HASH", "Give the 32 bytes of a SHA-256."};
inline constexpr crypto::RejectCode kKeyInvalid{
    "E-KEY", "Give an Ed25519 public key of 32 bytes that is used for nothing else."};

// ---- identifiers and code lists ------------------------------------------------------------
inline constexpr crypto::RejectCode kGtinCheck{
    "E-GTIN-CHECK",
    "Compare the digits with the bar code; a spreadsheet may have dropped a leading zero."};
inline constexpr crypto::RejectCode kGlnCheck{"E-GLN-CHECK",
                                              "Compare the 13 digits with the source."};
inline constexpr crypto::RejectCode kLeiCheck{
    "E-LEI-CHECK", "Compare the 20 characters with the entry in the LEI register."};
inline constexpr crypto::RejectCode kUsccCheck{
    "E-USCC-CHECK",
    "Compare the 18 characters with the business licence; I, O, S, V and Z never "
    "occur."};
inline constexpr crypto::RejectCode kIdentifierInvalid{
    "E-IDENTIFIER", "State the scheme of the identifier and a value that fits it."};
inline constexpr crypto::RejectCode kUnitInvalid{
    "E-UNIT", "Use a code of UN/ECE Recommendation 20, or X and a package code."};
inline constexpr crypto::RejectCode kCurrencyInvalid{
    "E-CURRENCY", "Use a currency code of ISO 4217, such as EUR."};
inline constexpr crypto::RejectCode kCountryInvalid{
    "E-COUNTRY", "Use a two-letter country code of ISO 3166-1, such as DE."};
inline constexpr crypto::RejectCode kCategoryInvalid{
    "E-CATEGORY", "Name the code list and a code of it that the scheme covers."};

// ---- amounts -------------------------------------------------------------------------------
inline constexpr crypto::RejectCode kAmountInvalid{
    "E-AMOUNT",
    "Give at most one price, with no more digits than its currency has, that equals "
    "quantity times unit price within 0.02."};
inline constexpr crypto::RejectCode kQuantityInvalid{
    "E-QTY",
    "Give a quantity that is not zero, and a negative one only in a credit note; what "
    "came back of a recorded purchase is a purchase return."};
inline constexpr crypto::RejectCode kReturnSum{
    "E-RETURN-SUM", "All returns together may not exceed the quantity bought."};

// ---- place in the world --------------------------------------------------------------------
inline constexpr crypto::RejectCode kRoleMissing{
    "E-ROLE", "Ask the network to grant your organisation the role or the accreditation."};
inline constexpr crypto::RejectCode kMandateMissing{
    "E-MANDATE", "Record for a buyer that your organisation's entry lists under records_for."};
inline constexpr crypto::RejectCode kSchemeInvalid{
    "E-SCHEME", "Use a scheme that is on the ledger, with a version and a level that it lists."};
inline constexpr crypto::RejectCode kStateInvalid{
    "E-STATE", "Look at the subject's present state; this step does not follow from it."};
inline constexpr crypto::RejectCode kReferenceInvalid{
    "E-REFERENCE", "Name a subject that is on the ledger and is of the kind that is meant."};
inline constexpr crypto::RejectCode kSignaturesMissing{
    "E-SIGNATURES",
    "Collect signatures with root keys of more than two thirds of the "
    "organisations."};
inline constexpr crypto::RejectCode kValidatorsInvalid{
    "E-VALIDATORS", "Change few validators at a time and keep at least four."};
inline constexpr crypto::RejectCode kParameterInvalid{"E-PARAMETER",
                                                      "Choose a value inside the stated bounds."};
inline constexpr crypto::RejectCode kInvariantBroken{
    "E-INVARIANT", "This is a fault of the software: please report it with the record."};

}  // namespace ledger
