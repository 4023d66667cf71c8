// Reject codes of bytes that are not the canonical form of a message.
#pragma once

#include <array>

#include "crypto/reject.h"

namespace proto {

using crypto::RejectCode;

inline constexpr std::string_view kWireHint =
    "Encode the message with a protobuf library of the current schema, deterministically.";

inline constexpr RejectCode kWireTruncated{"E-WIRE-TRUNCATED", kWireHint};
inline constexpr RejectCode kWireTag{"E-WIRE-TAG", kWireHint};
inline constexpr RejectCode kWireTagOrder{"E-WIRE-TAG-ORDER", kWireHint};
inline constexpr RejectCode kWireVarint{"E-WIRE-VARINT", kWireHint};
inline constexpr RejectCode kWireRange{"E-WIRE-RANGE", kWireHint};
inline constexpr RejectCode kWireDefault{"E-WIRE-DEFAULT", kWireHint};
inline constexpr RejectCode kWireType{"E-WIRE-TYPE", kWireHint};
inline constexpr RejectCode kWireOneof{"E-WIRE-ONEOF", "Set exactly one of the alternatives."};
inline constexpr RejectCode kWireUnknownField{
    "E-WIRE-UNKNOWN-FIELD", "Use only the fields of the schema that this network runs."};
inline constexpr RejectCode kWireUnknownEnum{
    "E-WIRE-UNKNOWN-ENUM", "Use only the values of the schema that this network runs."};
inline constexpr RejectCode kWireUtf8{"E-WIRE-UTF8", "Convert the text to UTF-8."};
inline constexpr RejectCode kWireTooDeep{"E-WIRE-TOO-DEEP", kWireHint};
inline constexpr RejectCode kWireTooMany{"E-WIRE-TOO-MANY", "Send fewer elements in one message."};
inline constexpr RejectCode kWireTooLarge{
    "E-WIRE-TOO-LARGE", "Send less at once; keep documents elsewhere and give their hash."};

inline constexpr std::array kWireCodes = {
    kWireTruncated, kWireTag,     kWireTagOrder, kWireVarint,       kWireRange,
    kWireDefault,   kWireType,    kWireOneof,    kWireUnknownField, kWireUnknownEnum,
    kWireUtf8,      kWireTooDeep, kWireTooMany,  kWireTooLarge};

}  // namespace proto
