#include "tools/audit/archive.h"

#include <filesystem>

#include "tools/audit/archive_file.h"
#include "tools/audit/codes.h"

namespace tools {
namespace {

using crypto::Bytes;
using crypto::ByteView;
using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

// A part that was read, with where its items lie.
struct LoadedPart {
  const ArchivePart* part = nullptr;
  Bytes plain;
  std::vector<ByteView> items;
};

class PartReader {
 public:
  explicit PartReader(ArchiveFile file) : file_(std::move(file)) {}

  const ArchiveFile& file() const { return file_; }

  // Items [first, first + count) of a kind, at most as many as the part holds that holds `first`.
  // nullopt: there is no such part.
  Result<std::optional<std::vector<ByteView>>> items(PartKind kind, std::uint64_t first,
                                                     std::size_t count) {
    LoadedPart& loaded = kind == PartKind::entries ? entries_ : certificates_;
    const ArchivePart* part = file_.holding(kind, first);
    if (part == nullptr) return std::optional<std::vector<ByteView>>();
    if (loaded.part != part) {
      Result<Bytes> plain = file_.read(*part);
      if (!plain) return Unexpected{plain.error()};
      loaded.plain = *std::move(plain);
      const auto parsed = ledger::parse_bundle(loaded.plain, part->count);
      if (!parsed) {
        return Unexpected{Error{std::string(error_code::kArchiveDamaged),
                                "The part at byte " + std::to_string(part->place) +
                                    " of the archive does not hold what it says.",
                                "Take another copy of the archive."}};
      }
      loaded.items = *parsed;
      loaded.part = part;
    }
    const auto at = static_cast<std::size_t>(first - part->first);
    const std::size_t end = std::min(loaded.items.size(), at + count);
    return std::optional(std::vector<ByteView>(loaded.items.begin() + static_cast<long>(at),
                                               loaded.items.begin() + static_cast<long>(end)));
  }

 private:
  ArchiveFile file_;
  LoadedPart entries_;
  LoadedPart certificates_;
};

Result<Bytes> read_bundle(PartReader& reader, const std::string& path,
                          const ledger::TileName& name) {
  const Error missing{std::string(error_code::kSourceMissing),
                      path + " does not have " + ledger::tile_path(name) + ".",
                      "Take another copy of the ledger, or ask another node."};
  if (name.kind != ledger::TileKind::entries) return Unexpected{missing};
  const auto items = reader.items(PartKind::entries, name.index * ledger::kTileWidth, name.width);
  if (!items) return Unexpected{items.error()};
  if (!*items || (*items)->size() < name.width) return Unexpected{missing};
  Bytes bundle;
  for (const ByteView entry : **items) ledger::append_to_bundle(bundle, entry);
  return bundle;
}

// Bundles of entries or certificates, gathered into parts of some size.
class PartWriter {
 public:
  PartWriter(ArchiveFile& file, PartKind kind, std::uint64_t first)
      : file_(file), kind_(kind), first_(first) {}

  Result<void> add(ByteView bundle, std::uint32_t count) {
    plain_.append(bundle);
    count_ += count;
    return plain_.size() < kPartPlainBytes ? Result<void>() : flush();
  }
  Result<void> flush() {
    if (count_ == 0) return {};
    auto appended = file_.append(kind_, first_, count_, plain_);
    first_ += count_;
    count_ = 0;
    plain_.clear();
    return appended;
  }

 private:
  ArchiveFile& file_;
  PartKind kind_;
  std::uint64_t first_;
  std::uint32_t count_ = 0;
  Bytes plain_;
};

// What the parts hold of a kind, from its first number on.
std::uint64_t items_of(const ArchiveFile& file, PartKind kind) {
  std::uint64_t items = 0;
  for (const ArchivePart& part : file.parts()) {
    if (part.kind == kind) items += part.count;
  }
  return items;
}

Result<void> begin(ArchiveFile& file, const LedgerSource& source, const ledger::Genesis& genesis) {
  if (file.find(PartKind::genesis) == nullptr) {
    auto added = file.append(PartKind::genesis, 0, 1, genesis.file);
    if (!added) return added;
  }
  if (file.find(PartKind::checkpoint) != nullptr) return {};
  return file.append(PartKind::checkpoint, 0, 1, source.note);
}

// Entries of parts that are there, hashed again.
Result<ledger::Frontier> hash_entries(const ArchiveFile& file) {
  ledger::Frontier tree;
  for (const ArchivePart& part : file.parts()) {
    if (part.kind != PartKind::entries) continue;
    const Result<Bytes> plain = file.read(part);
    if (!plain) return Unexpected{plain.error()};
    const auto entries = ledger::parse_bundle(*plain, part.count);
    if (!entries) return tree;  // the root will not be the signed one
    for (const ByteView entry : *entries) tree.append(ledger::leaf_hash(entry));
  }
  return tree;
}

Result<void> copy_entries(const LedgerSource& source, ArchiveFile& file,
                          const ledger::TreeHead& head, const CopyProgress& progress) {
  auto tree = hash_entries(file);
  if (!tree) return Unexpected{tree.error()};
  PartWriter writer(file, PartKind::entries, tree->size());
  while (tree->size() < head.size) {
    const auto count = static_cast<unsigned>(
        std::min<std::uint64_t>(ledger::kTileWidth, head.size - tree->size()));
    const auto bundle = read_entries(source, tree->size() / ledger::kTileWidth, count);
    if (!bundle) return Unexpected{bundle.error()};
    const auto entries = ledger::parse_bundle(*bundle, count);
    if (!entries) {
      return Unexpected{Error{std::string(error_code::kSource),
                              source.name + ": entries from index " + std::to_string(tree->size()) +
                                  " on are no bundle.",
                              "Ask another node."}};
    }
    for (const ByteView entry : *entries) tree->append(ledger::leaf_hash(entry));
    if (auto added = writer.add(*bundle, count); !added) return added;
    progress(tree->size(), head.size);
  }
  if (auto flushed = writer.flush(); !flushed) return flushed;
  if (tree->head() == head) return {};
  return Unexpected{
      Error{std::string(error_code::kExportRoot),
            "The entries of " + source.name + " are not those that its checkpoint was signed for.",
            "Audit it (greenledger audit) to learn which one differs, remove the "
            "copy, and ask another node."}};
}

Result<std::uint64_t> copy_certificates(const LedgerSource& source, ArchiveFile& file,
                                        std::uint64_t blocks) {
  std::uint64_t height = items_of(file, PartKind::certificates);
  PartWriter writer(file, PartKind::certificates, height);
  std::uint64_t found = 0;
  for (; height < blocks; ++height) {
    const auto certificate = source.certificate(height);
    if (!certificate) return Unexpected{certificate.error()};
    found += *certificate ? 1 : 0;
    Bytes item;
    ledger::append_to_bundle(item, certificate->value_or(Bytes()));
    if (auto added = writer.add(item, 1); !added) return Unexpected{added.error()};
  }
  if (auto flushed = writer.flush(); !flushed) return Unexpected{flushed.error()};
  return found;
}

// Blocks below the checkpoint of a file whose entries are all there.
std::uint64_t blocks_of(PartReader& reader, std::uint64_t size) {
  const auto last = reader.items(PartKind::entries, size - 1, 1);
  const auto seal =
      last && *last && !(*last)->empty() ? ledger::decode_seal((*last)->front()) : std::nullopt;
  return seal ? seal->height + 1 : 0;
}

}  // namespace

Result<LedgerSource> open_archive(const std::string& path, const ledger::Genesis& genesis) {
  auto file = ArchiveFile::open(path);
  if (!file) return Unexpected{file.error()};
  if (!file->is_whole()) {
    return Unexpected{
        Error{std::string(error_code::kArchiveCut),
              path + " ends within itself, behind byte " + std::to_string(file->bytes()) + ".",
              "Copy it again, or run the export again: it goes on where it stopped."}};
  }
  for (const PartKind kind : {PartKind::genesis, PartKind::end}) {
    if (const auto read = file->read(*file->find(kind)); !read) return Unexpected{read.error()};
  }
  auto note = file->read(*file->find(PartKind::checkpoint));
  if (!note) return Unexpected{note.error()};
  const auto reader = std::make_shared<PartReader>(*std::move(file));
  LedgerSource source;
  source.name = path;
  source.has_hash_tiles = false;
  source.tile = [reader, path](const ledger::TileName& name) {
    return read_bundle(*reader, path, name);
  };
  source.certificate = [reader](std::uint64_t height) -> Result<std::optional<Bytes>> {
    const auto items = reader->items(PartKind::certificates, height, 1);
    if (!items) return Unexpected{items.error()};
    if (!*items || (*items)->front().empty()) return std::optional<Bytes>();
    return std::optional<Bytes>(Bytes((*items)->front()));
  };
  return with_checkpoint(std::move(source), *std::move(note), genesis);
}

Result<CopyReport> export_archive(const LedgerSource& source, const ledger::Genesis& genesis,
                                  const std::string& path, const CopyProgress& progress) {
  const std::string part_path = path + ".part";
  auto file = ArchiveFile::continue_at(part_path);
  if (!file) return Unexpected{file.error()};
  CopyReport report;
  report.entries_before = items_of(*file, PartKind::entries);
  if (auto begun = begin(*file, source, genesis); !begun) return Unexpected{begun.error()};
  const auto note = file->read(*file->find(PartKind::checkpoint));
  const auto kept = note ? ledger::parse_note(*note)
                         : crypto::Checked<ledger::Note>(ledger::parse_note(source.note));
  const auto checkpoint =
      kept ? ledger::parse_checkpoint(kept->text) : ledger::parse_checkpoint("");
  if (!checkpoint || checkpoint->origin != source.checkpoint.origin) {
    return Unexpected{Error{std::string(error_code::kArchiveForm),
                            part_path + " was begun for another ledger.",
                            "Remove it, or name another file."}};
  }
  report.checkpoint = *checkpoint;
  report.entries = checkpoint->head.size;
  if (!file->is_whole()) {
    auto copied = copy_entries(source, *file, checkpoint->head, progress);
    if (!copied) return Unexpected{copied.error()};
    auto again = ArchiveFile::open(part_path);
    if (!again) return Unexpected{again.error()};
    PartReader reader(*std::move(again));
    const auto certificates =
        copy_certificates(source, *file, blocks_of(reader, checkpoint->head.size));
    if (!certificates) return Unexpected{certificates.error()};
    report.certificates = *certificates;
    if (auto ended = file->append(PartKind::end, 0, 0, ""); !ended) {
      return Unexpected{ended.error()};
    }
  }
  report.bytes = file->bytes();
  std::error_code error;
  std::filesystem::rename(part_path, path, error);
  if (!error) return report;
  return Unexpected{Error{std::string(error_code::kExportWrite),
                          path + " cannot be made: " + error.message() + ".",
                          "Name a file in a folder in which you may write."}};
}

}  // namespace tools
