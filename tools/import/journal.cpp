#include "tools/import/journal.h"

#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "tools/import/codes.h"

namespace tools {
namespace {

using nlohmann::json;

constexpr std::string_view kSchema = "greenledger.import-journal/1";
// A line is some hundred bytes and stands for a batch: this is hundreds of millions of rows.
constexpr std::size_t kJournalBytesMax = 1U << 30U;

Error wrong_journal(const std::string& path) {
  return {std::string(error_code::kJournal), path + " is not a journal of an import.",
          "Move the file away; records that are on the ledger are not recorded twice."};
}

std::uint64_t number(const json& line, const char* key) {
  const auto found = line.find(key);
  return found != line.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string word(const json& line, const char* key) {
  const auto found = line.find(key);
  return found != line.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Notes notes(const json& line, const char* key) {
  Notes out;
  const auto found = line.find(key);
  if (found == line.end() || !found->is_object()) return out;
  for (const auto& [name, count] : found->items()) {
    if (count.is_number_unsigned()) out[name] = count.get<std::uint64_t>();
  }
  return out;
}

ImportCounts read_counts(const json& line) {
  ImportCounts counts;
  counts.through = number(line, "through");
  counts.recorded = number(line, "recorded");
  counts.already = number(line, "already");
  counts.rejected = number(line, "rejected");
  counts.skipped = number(line, "skipped");
  counts.rejects_bytes = number(line, "rejects_bytes");
  counts.codes = notes(line, "codes");
  counts.skips = notes(line, "skips");
  const auto finished = line.find("finished");
  counts.finished = finished != line.end() && finished->is_boolean() && finished->get<bool>();
  return counts;
}

struct JournalText {
  std::optional<JournalState> state;
  std::uint64_t whole_bytes = 0;  // up to the end of the last whole line
};

Result<JournalText> read_text(const std::string& path) {
  JournalText out;
  struct stat facts = {};
  if (::stat(path.c_str(), &facts) != 0) return out;
  const Result<Bytes> bytes = read_small_file(path, kJournalBytesMax);
  if (!bytes) return Unexpected{bytes.error()};
  std::size_t at = 0;
  while (true) {
    const std::size_t end = bytes->find('\n', at);
    if (end == Bytes::npos) return out;
    const json line = json::parse(ByteView(*bytes).substr(at, end - at), nullptr, false);
    if (!line.is_object() || (at == 0 && word(line, "schema") != kSchema)) {
      if (at > 0) return out;
      return Unexpected{wrong_journal(path)};
    }
    if (at == 0) {
      out.state =
          JournalState{{word(line, "input"), word(line, "mapping"), word(line, "network")}, {}};
    } else {
      out.state->counts = read_counts(line);
    }
    at = end + 1;
    out.whole_bytes = at;
  }
}

}  // namespace

Result<std::optional<JournalState>> read_journal(const std::string& path) {
  Result<JournalText> text = read_text(path);
  if (!text) return Unexpected{text.error()};
  return text->state;
}

Result<Journal> Journal::open(const std::string& path, const JournalKey& key, bool keep) {
  std::uint64_t bytes = 0;
  if (keep) {
    const Result<JournalText> text = read_text(path);
    if (!text) return Unexpected{text.error()};
    bytes = text->whole_bytes;
  }
  Result<GrowingFile> file = GrowingFile::open(path, bytes);
  if (!file) return Unexpected{file.error()};
  Journal journal(std::move(*file));
  if (bytes > 0) return journal;
  const json line = {{"schema", kSchema},
                     {"input", key.input},
                     {"mapping", key.mapping},
                     {"network", key.network}};
  if (Result<void> done = journal.file_.write(line.dump() + "\n"); !done) {
    return Unexpected{done.error()};
  }
  if (Result<void> done = journal.file_.sync(); !done) return Unexpected{done.error()};
  return journal;
}

Result<void> Journal::append(const ImportCounts& counts) {
  const json line = {{"through", counts.through},  {"recorded", counts.recorded},
                     {"already", counts.already},  {"rejected", counts.rejected},
                     {"skipped", counts.skipped},  {"rejects_bytes", counts.rejects_bytes},
                     {"codes", counts.codes},      {"skips", counts.skips},
                     {"finished", counts.finished}};
  if (Result<void> done = file_.write(line.dump() + "\n"); !done) return done;
  return file_.sync();
}

}  // namespace tools
