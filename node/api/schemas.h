// What the answers of the API look like, as data: each document with its members. The OpenAPI
// document shows them, and a test holds live answers against them. The schemas of records are not
// here: they are read from the protobuf descriptors.
//
// Fields are only added; a change of meaning is a new document with a new number.
#pragma once

#include <string_view>
#include <vector>

namespace node::api {

enum class MemberType {
  text,
  number,  // integer below 2^53
  flag,
  hash,      // 64 lower-case hex digits
  hex,       // lower-case hex digits
  time,      // RFC 3339 UTC
  date,      // a day, or less precise: "2018-01"
  message,   // a protobuf message; `of` is its name
  object,    // a document; `of` is its name
  texts,     // list of text
  objects,   // list of documents; `of` is their name
  share,     // decimal with six digits after the point, or null: nothing to share
  bounds,    // two shares: at least, at most
  maybe,     // a document, or null; `of` is its name
  decimals,  // an object that holds a decimal for each of its names
};

struct Member {
  std::string_view name;
  MemberType type = MemberType::text;
  std::string_view summary;
  std::string_view of = {};
  bool required = true;
};

struct Schema {
  std::string_view name;
  std::string_view summary;
  std::vector<Member> members;
};

const std::vector<Schema>& schemas();
const Schema* find_schema(std::string_view name);

}  // namespace node::api
