// The codes of the import. Row codes are Rejects: the row goes to the rejects file and the rest
// goes on. File codes are Errors: nothing of the file can be imported, and the command ends with
// exit code 2. Both are stable and never change their meaning.
#pragma once

#include <string_view>

#include "crypto/reject.h"

namespace tools {

using crypto::RejectCode;

// ---- a row is at fault ---------------------------------------------------------------------

inline constexpr RejectCode kCsvQuote{
    "E-CSV-QUOTE", "Close the quotation mark, and write a quotation mark inside a cell twice."};
inline constexpr RejectCode kCsvColumns{
    "E-CSV-COLUMNS", "Give the row as many cells as the header; quote cells that hold delimiters."};
inline constexpr RejectCode kCsvLong{
    "E-CSV-LONG", "Split the row, or check that the delimiter and the quotation marks are right."};
inline constexpr RejectCode kEncoding{
    "E-ENCODING",
    "Save the file as UTF-8, or name its encoding in the mapping ([source] encoding)."};
inline constexpr RejectCode kDateFormat{
    "E-DATE-FORMAT",
    "Write the date in one of the formats that the mapping lists, or add its format."};
inline constexpr RejectCode kDateAmbiguous{
    "E-DATE-AMBIGUOUS", "State one date format in the mapping: this date has two readings."};
inline constexpr RejectCode kNumber{
    "E-NUMBER", "Write a plain number, and say in the mapping if the comma is the decimal sign."};
inline constexpr RejectCode kLookup{
    "E-MAP-LOOKUP", "Add the value to the table in the mapping, or correct it in the row."};
inline constexpr RejectCode kNotStated{"E-MAP-EMPTY",
                                       "Fill the cell: the record cannot be named without it."};
inline constexpr RejectCode kMapList{
    "E-MAP-LIST", "Write one value into the cell, or split it in the mapping with `each`."};
inline constexpr RejectCode kMapValue{
    "E-MAP-VALUE", "Correct the value, or the field in the mapping that it is meant for."};
inline constexpr RejectCode kMapNothing{
    "E-MAP-NOTHING", "Add a [[record]] to the mapping for rows like this one, or a [[skip]] rule."};
inline constexpr RejectCode kSegmentLong{"E-SEGMENT-LONG",
                                         "Shorten the number that the record is named by."};
inline constexpr RejectCode kRowConflict{
    "E-ROW-CONFLICT", "Keep one of the two rows, or name the record by more columns."};
inline constexpr RejectCode kGroupDiffers{
    "E-GROUP-DIFFERS",
    "Rows of one group must agree; correct the row, or list the field as `first`."};
inline constexpr RejectCode kPersonal{
    "E-PERSONAL",
    "Take e-mail addresses out of the row: the ledger keeps for ever what it is given."};

// ---- the file, the mapping or the journal is at fault ---------------------------------------

namespace error_code {
inline constexpr std::string_view kFile = "E-IMPORT-FILE";            // cannot be read or written
inline constexpr std::string_view kHeader = "E-CSV-HEADER";           // no usable header row
inline constexpr std::string_view kEncodingName = "E-ENCODING-NAME";  // no such encoding
inline constexpr std::string_view kMapRead = "E-MAP-READ";            // not TOML, or not readable
inline constexpr std::string_view kMapKey = "E-MAP-KEY";              // a key that means nothing
inline constexpr std::string_view kMapType = "E-MAP-TYPE";            // a value of the wrong type
inline constexpr std::string_view kMapReference = "E-MAP-REFERENCE";  // {name} that is not defined
inline constexpr std::string_view kMapField = "E-MAP-FIELD";          // no such field in the record
inline constexpr std::string_view kMapColumn = "E-MAP-COLUMN";        // a mapped column is missing
inline constexpr std::string_view kJournal = "E-JOURNAL";  // of another import, or damaged
inline constexpr std::string_view kRetry = "E-RETRY";      // not a rejects file
}  // namespace error_code

}  // namespace tools
