// A mapping says how the rows of a file become records. It is a TOML file that people edit, read
// once and checked whole: an unknown key, a name that nothing defines or a field that does not
// exist is an error before the first row is read. maps/README.md describes every key.
//
// This header is the mapping as it is known after reading; mapping_file.cpp reads it and
// row_mapper.h applies it. Immutable once read; any thread may use it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/reject.h"
#include "tools/import/encoding.h"
#include "tools/import/fields.h"

namespace tools {

// The texts that a name stands for in one row. Empty: not stated. More than one: a list.
using Texts = std::vector<std::string>;

// Counts what was left out of a record without refusing the row, by reason.
using Notes = std::map<std::string, std::uint64_t>;

// Everything that is wrong with one row.
using Faults = std::vector<Reject>;

// Parts of the row itself. number: 1 for the first row below the header. sha256: of the row's bytes
// without the line end, in hex; hash16 and hash8 are its first digits. id: hash16, "-" and which of
// the equal rows of the file it is, from 1 on: a name for rows of a file that gives them none.
enum class RowPart { number, id, sha256, hash16, hash8 };

// What a {name} in a template means.
struct Reference {
  enum class Source { column, value, parameter, row, each };
  Source source = Source::column;
  std::size_t index = 0;  // into columns or values; a RowPart
  std::string text;       // of a parameter
};

// "text {name} text".
struct Template {
  struct Piece {
    std::string text;
    std::optional<Reference> reference;
  };
  std::vector<Piece> pieces;

  // One {name} and nothing else: takes over lists.
  bool is_bare() const { return pieces.size() == 1 && pieces.front().reference.has_value(); }
};

// Templates in order of preference: the first of which every name is stated counts.
using Choice = std::vector<Template>;

// One transform of a value; may refuse the row or leave a note.
using Step = std::function<crypto::Checked<Texts>(const Texts&, Notes&)>;

struct ColumnRule {
  std::string name;
  std::vector<std::string> headers;  // the first that the file has counts
  bool optional = false;
};

struct ValueRule {
  std::string name;
  Choice from;
  std::vector<Template> all;  // instead of `from`: the texts of all, without repeats
  std::vector<Step> steps;
};

struct Test {
  Template subject;
  enum class Kind { is, is_not, stated, not_stated } kind = Kind::is;
  std::vector<std::string> texts;
};
using Condition = std::vector<Test>;  // all must hold

struct FieldRule {
  FieldPath path;
  Choice from;
};

// One entry in a list of messages for each text of `each` but those of `except`; with `always`, one
// also when there is no text.
struct RepeatRule {
  const google::protobuf::FieldDescriptor* list = nullptr;
  std::optional<Template> each;
  std::optional<Template> except;
  bool always = false;
  Condition when;
  std::vector<FieldRule> fields;
};

struct RecordRule {
  const google::protobuf::FieldDescriptor* kind = nullptr;  // in proto::Record
  Condition when;
  std::vector<Template> subject;  // one a segment
  std::uint64_t place = 1;
  std::vector<FieldRule> fields;
  std::vector<RepeatRule> repeats;
};

struct SkipRule {
  Condition when;
  std::string reason;
};

// Rows that stand together and have the same key become one record.
struct GroupRule {
  Template key;
  std::vector<std::string> append;  // lists of messages that grow, entries without repeats
  std::vector<std::string> first;   // fields in which rows may differ; the first row's counts
};

struct Mapping {
  std::string title;
  std::string text_sha256;  // lower-case hex, of the file's bytes and the parameters given
  std::optional<Encoding> encoding;
  std::optional<char> delimiter;
  std::vector<ColumnRule> columns;
  std::vector<ValueRule> values;  // each after those that it uses
  std::vector<SkipRule> skips;
  std::optional<GroupRule> group;
  std::vector<RecordRule> records;
  std::map<std::string, std::string> parameters;
  bool uses_row_id = false;  // RowPart::id occurs
};

// Reads a mapping. `parameters` replace those of the file (which must name them).
// Errors: E-MAP-READ, E-MAP-KEY, E-MAP-TYPE, E-MAP-REFERENCE, E-MAP-FIELD, E-ENCODING-NAME.
crypto::Result<Mapping> read_mapping(std::string_view toml,
                                     const std::map<std::string, std::string>& parameters);

// Reads the mapping at `path`. A file that says base = "other.toml" takes the mapping of that file,
// beside it, with parameters of its own: registers that differ in few words share one mapping.
crypto::Result<Mapping> read_mapping_file(const std::string& path,
                                          const std::map<std::string, std::string>& parameters);

}  // namespace tools
