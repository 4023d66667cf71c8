#include "tools/import/importer.h"

#include <google/protobuf/message.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "crypto/hash.h"
#include "proto/canonical.h"
#include "tools/import/clean.h"
#include "tools/import/codes.h"

namespace tools {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kRejectsEnd = ".rejects";

std::string without_csv(const std::string& path) {
  const bool csv = path.size() > 4 && to_lower(path.substr(path.size() - 4)) == ".csv";
  return csv ? path.substr(0, path.size() - 4) : path;
}

// "a.rejects" -> 1, "a.rejects-3" -> 3, anything else -> 0. `stem` becomes "a".
std::uint64_t retry_number(const std::string& path, std::string& stem) {
  const std::string base = without_csv(path);
  const std::size_t found = base.rfind(kRejectsEnd);
  if (found == std::string::npos) return 0;
  stem = base.substr(0, found);
  const std::string rest = base.substr(found + kRejectsEnd.size());
  if (rest.empty()) return 1;
  std::uint64_t number = 0;
  const auto result = std::from_chars(rest.data() + 1, rest.data() + rest.size(), number);
  const bool whole =
      rest.front() == '-' && result.ec == std::errc() && result.ptr == rest.data() + rest.size();
  return whole ? number : 0;
}

std::uint64_t hash_of_hex(const std::string& sha256) {
  std::uint64_t value = 0;
  std::from_chars(sha256.data(), sha256.data() + 16, value, 16);
  return value;
}

std::uint64_t short_hash(ByteView bytes) {
  return crypto::read_u64(crypto::sha256(bytes).view().substr(0, 8));
}

Message& body_of(proto::Record& record) {
  const auto& reflection = *record.GetReflection();
  const FieldDescriptor* kind =
      reflection.GetOneofFieldDescriptor(record, proto::Record::descriptor()->oneof_decl(0));
  CHECK(kind != nullptr);
  return *reflection.MutableMessage(&record, kind);
}

// The first field in which two messages of one type differ; null: none.
const FieldDescriptor* first_difference(const Message& a, const Message& b,
                                        const std::vector<std::string>& except) {
  for (int at = 0; at < a.GetDescriptor()->field_count(); ++at) {
    const FieldDescriptor* field = a.GetDescriptor()->field(at);
    if (std::find(except.begin(), except.end(), field->name()) != except.end()) continue;
    const auto alone = [field](const Message& message) {
      const std::unique_ptr<Message> copy(message.New());
      const std::unique_ptr<Message> only(message.New());
      copy->CopyFrom(message);
      copy->GetReflection()->SwapFields(copy.get(), only.get(), {field});
      return only->SerializeAsString();
    };
    if (alone(a) != alone(b)) return field;
  }
  return nullptr;
}

// Adds to the lists named `names` the entries of `from` that `to` lacks.
void append_entries(const Message& from, Message& to, const std::vector<std::string>& names) {
  const auto& reflection = *to.GetReflection();
  for (const std::string& name : names) {
    const FieldDescriptor* list = to.GetDescriptor()->FindFieldByName(name);
    if (list == nullptr || !list->is_repeated() || list->message_type() == nullptr) continue;
    for (int at = 0; at < reflection.FieldSize(from, list); ++at) {
      const Message& entry = reflection.GetRepeatedMessage(from, list, at);
      bool known = false;
      for (int other = 0; other < reflection.FieldSize(to, list); ++other) {
        const Message& there = reflection.GetRepeatedMessage(to, list, other);
        known = known || there.SerializeAsString() == entry.SerializeAsString();
      }
      if (!known) reflection.AddMessage(&to, list)->CopyFrom(entry);
    }
  }
}

Error header_error(const std::string& path, const std::string& what) {
  return {std::string(error_code::kHeader), path + ": " + what,
          "The first row must name the columns; check the delimiter and the encoding."};
}

}  // namespace

std::string journal_path(const std::string& input) { return input + ".journal"; }

std::string rejects_path(const std::string& input) {
  std::string stem;
  const std::uint64_t number = retry_number(input, stem);
  if (number == 0) return without_csv(input) + std::string(kRejectsEnd) + ".csv";
  return stem + std::string(kRejectsEnd) + "-" + std::to_string(number + 1) + ".csv";
}

std::optional<std::string> retried_path(const std::string& rejects) {
  std::string stem;
  if (retry_number(rejects, stem) == 0) return std::nullopt;
  return stem + ".csv";
}

std::vector<ByteView> ImportBatch::records() const {
  std::vector<ByteView> out;
  for (const ImportUnit& unit : units) {
    for (const Bytes& record : unit.records) out.push_back(record);
  }
  return out;
}

Importer::Importer(RowMapper mapper, ImportOptions options, InputFacts facts, CsvReader reader)
    : mapper_(std::move(mapper)),
      options_(std::move(options)),
      facts_(std::move(facts)),
      reader_(std::move(reader)) {}

Result<Importer> Importer::open(Mapping mapping, ImportOptions options) {
  CHECK(options.check != nullptr);
  Result<InputFacts> facts = probe_input(options.input, mapping);
  if (!facts) return Unexpected{facts.error()};
  Result<ByteSource> source = open_input(options.input, *facts);
  if (!source) return Unexpected{source.error()};
  const Encoding encoding = facts->row_encoding();
  CsvReader reader(std::move(*source), {facts->delimiter, encoding == Encoding::gb18030});
  CsvRow row;
  const Result<bool> found = reader.next(row);
  if (!found) return Unexpected{found.error()};
  if (!*found) return Unexpected{header_error(options.input, "is empty.")};
  if (row.fault) return Unexpected{header_error(options.input, row.fault->message)};

  const Decoder decoder(encoding);
  std::vector<std::string> header;
  for (std::size_t at = 0; at < row.cells.size(); ++at) {
    const Checked<std::string> name = decoder.decode(row.cells[at], row.offset + row.starts[at]);
    if (!name) return Unexpected{header_error(options.input, name.error().message)};
    header.push_back(collapse(*name));
  }
  const std::vector<std::string> added = reject_columns();
  const bool is_rejects =
      header.size() > added.size() && std::equal(added.rbegin(), added.rend(), header.rbegin());
  if (is_rejects == options.retry_of.empty()) {
    return Unexpected{
        Error{std::string(error_code::kRetry),
              options.input + (is_rejects ? " is a rejects file." : " is not a rejects file."),
              "Rejects files go to `greenledger import retry`, others to "
              "`cert import` or `purchase import`."}};
  }
  const std::size_t columns = header.size() - (is_rejects ? added.size() : 0);
  Bytes header_raw(is_rejects ? row.raw.substr(0, row.starts[columns] - 1) : row.raw);
  Result<RowMapper> mapper = RowMapper::make(std::move(mapping), std::move(header), encoding);
  if (!mapper) return Unexpected{mapper.error()};

  Importer importer(std::move(*mapper), std::move(options), std::move(*facts), std::move(reader));
  importer.header_raw_ = std::move(header_raw);
  importer.columns_ = columns;
  importer.is_retry_ = is_rejects;
  importer.progress_.bytes_total = importer.facts_.bytes;
  if (is_rejects && importer.mapper_.mapping().uses_row_id) {
    Result<FirstRun> first = read_first_run(importer.options_.retry_of, importer.mapper_.mapping(),
                                            importer.occurrences_);
    if (!first) return Unexpected{first.error()};
    importer.first_run_ = std::move(*first);
  }
  if (Result<void> done = importer.resume(); !done) return Unexpected{done.error()};
  return importer;
}

// {row.id} of a mended row must not be that of another row of the first file, and that of an
// unchanged row must be what it was: both need the rows of the first file.
Result<Importer::FirstRun> Importer::read_first_run(
    const std::string& path, const Mapping& mapping,
    std::unordered_map<std::uint64_t, std::uint64_t>& counts) {
  const Result<InputFacts> facts = probe_input(path, mapping);
  if (!facts) return Unexpected{facts.error()};
  Result<ByteSource> source = open_input(path, *facts);
  if (!source) return Unexpected{source.error()};
  const bool double_byte = facts->row_encoding() == Encoding::gb18030;
  CsvReader reader(std::move(*source), {facts->delimiter, double_byte});
  FirstRun first;
  CsvRow row;
  bool header = true;
  while (true) {
    const Result<bool> found = reader.next(row);
    if (!found) return Unexpected{found.error()};
    if (!*found) return first;
    if (!header) {
      const std::uint64_t hash = hash_of_hex(crypto::sha256(row.raw).hex());
      first.rows.emplace_back(hash, ++counts[hash]);
    }
    header = false;
  }
}

// Goes on where an earlier run of the same import stopped, or starts anew.
Result<void> Importer::resume() {
  if (options_.journal.empty()) {
    options_.rejects.clear();
    return {};
  }
  const JournalKey key{facts_.sha256, mapper_.mapping().text_sha256, options_.network};
  const Result<std::optional<JournalState>> state = read_journal(options_.journal);
  if (!state) return Unexpected{state.error()};
  const bool keep = state->has_value() && (*state)->key == key && !(*state)->counts.finished;
  Result<Journal> journal = Journal::open(options_.journal, key, keep);
  if (!journal) return Unexpected{journal.error()};
  journal_ = std::move(*journal);
  if (!keep) {
    // A rejects file of an earlier run may have been mended by hand: it is kept once.
    std::rename(options_.rejects.c_str(), (options_.rejects + "~").c_str());
    return {};
  }
  progress_.settled = (*state)->counts;
  resumed_through_ = progress_.settled.through;
  if (progress_.settled.rejects_bytes > 0) {
    Result<RejectsFile> rejects = RejectsFile::open(
        options_.rejects, progress_.settled.rejects_bytes, header_raw_, columns_, facts_);
    if (!rejects) return Unexpected{rejects.error()};
    rejects_ = std::move(*rejects);
  }
  std::uint64_t through = 0;
  while (through < resumed_through_) {
    const Result<std::optional<ImportUnit>> unit = next_unit();
    if (!unit) return Unexpected{unit.error()};
    if (!unit->has_value()) break;
    through = (*unit)->through;
  }
  return {};
}

Result<std::optional<ImportBatch>> Importer::next() {
  ImportBatch batch;
  std::size_t records = 0;
  std::size_t bytes = 0;
  std::size_t rows = 0;
  while (rows < kBatchRows) {
    if (!held_) {
      Result<std::optional<ImportUnit>> unit = next_unit();
      if (!unit) return Unexpected{unit.error()};
      held_ = std::move(*unit);
    }
    if (!held_) break;
    records += held_->records.size();
    for (const Bytes& record : held_->records) bytes += record.size();
    const bool full = records > options_.batch_records || bytes > kBatchBytes;
    if (full && !batch.units.empty()) break;
    rows += held_->rows.size() + held_->faulty.size();
    batch.units.push_back(std::move(*held_));
    held_.reset();
  }
  if (batch.units.empty()) return std::optional<ImportBatch>();
  batch.number = ++batches_;
  return std::optional<ImportBatch>(std::move(batch));
}

// Reads until one unit is complete.
Result<std::optional<ImportUnit>> Importer::next_unit() {
  CsvRow row;
  while (units_.empty() && !at_end_) {
    const Result<bool> found = reader_.next(row);
    if (!found) return Unexpected{found.error()};
    if (*found) {
      take_row(row);
    } else {
      at_end_ = true;
      close_group();
    }
    progress_.bytes_read = std::min(reader_.position() + facts_.mark_bytes, facts_.bytes);
  }
  if (units_.empty()) return std::optional<ImportUnit>();
  std::optional<ImportUnit> unit = std::move(units_.front());
  units_.pop_front();
  return unit;
}

void Importer::take_row(const CsvRow& row) {
  ++rows_;
  ++progress_.rows_read;
  ImportUnit::Source source{rows_, Bytes(row.raw), row.cells.size()};
  if (is_retry_ && row.cells.size() == mapper_.header().size()) {
    source.raw.resize(row.starts[columns_] - 1);
    source.cells = columns_;
    const Bytes& number = row.cells[columns_];
    std::uint64_t value = 0;
    const auto result = std::from_chars(number.data(), number.data() + number.size(), value);
    if (result.ec == std::errc() && value > 0) source.number = value;
  }
  const std::string sha256 = crypto::sha256(source.raw).hex();
  const std::string id = row_id(sha256, source.number);
  if (row.fault) return refuse(std::move(source), {*row.fault});
  const bool blank = std::all_of(row.cells.begin(), row.cells.end(),
                                 [](const Bytes& cell) { return trim(cell).empty(); });
  if (blank) {
    ++open_end().skips["blank row"];
    open_end().through = rows_;
    return;
  }
  if (row.cells.size() != mapper_.header().size()) {
    return refuse(std::move(source),
                  {Reject{kCsvColumns, "",
                          "The row on line " + std::to_string(row.line) + " has " +
                              std::to_string(row.cells.size()) + " cells; the header has " +
                              std::to_string(mapper_.header().size()) + "."}});
  }
  crypto::Expected<MappedRow, Faults> mapped = mapper_.map({&row, source.number, sha256, id});
  if (!mapped) return refuse(std::move(source), std::move(mapped.error()));
  if (mapped->skipped) {
    ++open_end().skips[*mapped->skipped];
    open_end().through = rows_;
    return;
  }
  Faults faults;
  for (const proto::Record& record : mapped->records) {
    for (Reject& fault : options_.check(record)) {
      fault.field = mapper_.columns_of(fault.field);
      faults.push_back(std::move(fault));
    }
  }
  if (!faults.empty()) return refuse(std::move(source), std::move(faults));
  take_records(std::move(source), std::move(*mapped));
}

std::string Importer::row_id(const std::string& sha256, std::uint64_t number) {
  if (!mapper_.mapping().uses_row_id) return {};
  const std::uint64_t hash = hash_of_hex(sha256);
  std::uint64_t occurrence = 0;
  if (is_retry_ && number >= 1 && number <= first_run_.rows.size() &&
      first_run_.rows[number - 1].first == hash) {
    occurrence = first_run_.rows[number - 1].second;
  } else {
    occurrence = ++occurrences_[hash];
  }
  return sha256.substr(0, 16) + "-" + std::to_string(occurrence);
}

// The unit that rows without records belong to: the open group, or one of their own.
ImportUnit& Importer::open_end() {
  if (group_) return *group_;
  if (units_.empty()) units_.emplace_back();
  return units_.back();
}

void Importer::refuse(ImportUnit::Source source, Faults faults) {
  ++progress_.rows_refused;
  ImportUnit& unit = open_end();
  unit.faulty.push_back({source.number, std::move(source.raw), source.cells, std::move(faults)});
  unit.through = rows_;
}

void Importer::take_records(ImportUnit::Source source, MappedRow mapped) {
  if (joins_group(mapped)) return merge_into_group(std::move(source), mapped);
  close_group();
  ++progress_.rows_valid;
  group_.emplace();
  group_->rows.push_back(std::move(source));
  group_->through = rows_;
  group_key_ = mapped.group;
  group_records_ = std::move(mapped.records);
  if (group_key_.empty()) close_group();
}

bool Importer::joins_group(const MappedRow& mapped) const {
  return group_ && !mapped.group.empty() && mapped.group == group_key_;
}

void Importer::merge_into_group(ImportUnit::Source source, const MappedRow& mapped) {
  const GroupRule& rule = *mapper_.mapping().group;
  std::vector<std::string> except = rule.append;
  except.insert(except.end(), rule.first.begin(), rule.first.end());
  std::string difference;
  if (mapped.records.size() != group_records_.size()) difference = "number of records";
  std::vector<proto::Record> theirs = mapped.records;
  for (std::size_t at = 0; at < theirs.size() && difference.empty(); ++at) {
    if (theirs[at].subject() != group_records_[at].subject() ||
        theirs[at].kind_case() != group_records_[at].kind_case()) {
      difference = "subject";
      break;
    }
    const FieldDescriptor* field =
        first_difference(body_of(theirs[at]), body_of(group_records_[at]), except);
    if (field != nullptr) difference = field->name();
  }
  if (!difference.empty()) {
    const std::uint64_t first = group_->rows.front().number;
    return refuse(std::move(source), {Reject{kGroupDiffers, mapper_.columns_of(difference),
                                             "The row belongs with row " + std::to_string(first) +
                                                 " but differs in: " + difference + "."}});
  }
  for (std::size_t at = 0; at < theirs.size(); ++at) {
    append_entries(body_of(theirs[at]), body_of(group_records_[at]), rule.append);
  }
  ++progress_.rows_valid;
  group_->rows.push_back(std::move(source));
  group_->through = rows_;
}

// The group's records are complete: they become bytes, unless they repeat what an earlier row said.
void Importer::close_group() {
  if (!group_) return;
  ImportUnit unit = std::move(*group_);
  group_.reset();
  Faults faults;
  for (const proto::Record& record : group_records_) {
    if (unit.rows.size() > 1) {
      for (Reject& fault : options_.check(record)) faults.push_back(std::move(fault));
    }
    Bytes bytes = proto::encode_record(record);
    const std::uint64_t name = short_hash(record.subject() + "#" + std::to_string(record.place()));
    const std::uint64_t hash = short_hash(bytes);
    const auto [seen, is_new] = subjects_.try_emplace(name, Seen{unit.rows.front().number, hash});
    if (is_new) {
      unit.records.push_back(std::move(bytes));
    } else if (seen->second.record_hash != hash) {
      faults.emplace_back(kRowConflict, mapper_.columns_of("subject"),
                          "Row " + std::to_string(seen->second.row) +
                              " says something else about " + record.subject() + ".");
    }
  }
  if (!faults.empty()) {
    unit.records.clear();
    for (ImportUnit::Source& row : unit.rows) {
      --progress_.rows_valid;
      ++progress_.rows_refused;
      unit.faulty.push_back({row.number, std::move(row.raw), row.cells, faults});
    }
    unit.rows.clear();
  }
  group_records_.clear();
  units_.push_back(std::move(unit));
}

}  // namespace tools
