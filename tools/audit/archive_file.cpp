#include "tools/audit/archive_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "crypto/check.h"
#include "tools/audit/codes.h"

namespace tools {
namespace {

using crypto::Bytes;
using crypto::ByteView;
using crypto::Error;
using crypto::Hash;
using crypto::Result;
using crypto::Unexpected;

constexpr std::string_view kMagic = "greenledger.archive/1\n";
constexpr std::size_t kFactsBytes = 1 + 8 + 4 + 4 + 4;
constexpr std::size_t kHeadBytes = kFactsBytes + 32;
constexpr int kLevel = 3;  // higher ones gain a few per cent and cost three times as much

Error system_error(std::string_view code, const std::string& path, const char* act) {
  return {std::string(code), path + " cannot be " + act + ": " + std::strerror(errno) + ".",
          "Check the path, the permissions and the free space."};
}

Bytes facts_of(const ArchivePart& part) {
  Bytes facts(1, static_cast<char>(part.kind));
  crypto::append_u64(facts, part.first);
  crypto::append_u32(facts, part.count);
  crypto::append_u32(facts, part.plain_bytes);
  crypto::append_u32(facts, part.stored_bytes);
  return facts;
}

Hash check_of(const ArchivePart& part, ByteView stored) {
  crypto::Sha256 hash;
  hash.add(part.before.view());
  hash.add(facts_of(part));
  hash.add(stored);
  return hash.finish();
}

std::optional<ArchivePart> decode_head(ByteView bytes) {
  crypto::ByteReader reader(bytes);
  ArchivePart part;
  const char kind = static_cast<char>(reader.u8());
  if (std::string_view("GCEFZ").find(kind) == std::string_view::npos) return std::nullopt;
  part.kind = static_cast<PartKind>(kind);
  part.first = reader.u64();
  part.count = reader.u32();
  part.plain_bytes = reader.u32();
  part.stored_bytes = reader.u32();
  part.check = Hash::from_view(reader.bytes(32)).value_or(Hash{});
  if (!reader.ok() || part.plain_bytes > kPartPlainBytesMax ||
      part.stored_bytes > ZSTD_compressBound(kPartPlainBytesMax)) {
    return std::nullopt;
  }
  return part;
}

// Whether `part` may stand behind those that are there: each kind in its turn, without gaps.
bool has_its_place(const std::vector<ArchivePart>& parts, const ArchivePart& part) {
  switch (part.kind) {
    case PartKind::genesis:
      return parts.empty();
    case PartKind::checkpoint:
      return parts.size() == 1;
    case PartKind::entries:
    case PartKind::certificates: {
      if (parts.size() < 2 || part.count == 0) return false;
      const ArchivePart& before = parts.back();
      if (before.kind == part.kind) return part.first == before.first + before.count;
      return part.first == 0 && (part.kind == PartKind::entries ? parts.size() == 2
                                                                : before.kind == PartKind::entries);
    }
    case PartKind::end:
      return parts.size() > 2 && parts.back().kind != PartKind::end;
  }
  return false;
}

std::string what_of(const ArchivePart& part) {
  switch (part.kind) {
    case PartKind::genesis:
      return "its genesis file";
    case PartKind::checkpoint:
      return "its checkpoint";
    case PartKind::entries:
      return "entries from index " + std::to_string(part.first) + " on";
    case PartKind::certificates:
      return "certificates from height " + std::to_string(part.first) + " on";
    case PartKind::end:
      break;
  }
  return "its end";
}

}  // namespace

Result<Bytes> ArchiveFile::read_bytes(std::uint64_t place, std::size_t size) const {
  Bytes bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count =
        ::pread(file_.number(), bytes.data() + done, size - done, static_cast<off_t>(place + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Unexpected{system_error(error_code::kSourceRead, path_, "read")};
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

Result<void> ArchiveFile::read_heads() {
  struct stat facts = {};
  if (::fstat(file_.number(), &facts) != 0) {
    return Unexpected{system_error(error_code::kSourceRead, path_, "read")};
  }
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  const Result<Bytes> magic = read_bytes(0, kMagic.size());
  if (!magic) return Unexpected{magic.error()};
  if (*magic != kMagic) {
    return Unexpected{Error{std::string(error_code::kArchiveForm),
                            path_ + " is no archive of a ledger.",
                            "Name a file that `greenledger ledger export --archive` made."}};
  }
  end_ = kMagic.size();
  Hash before;
  while (end_ + kHeadBytes <= size) {
    const Result<Bytes> head = read_bytes(end_, kHeadBytes);
    if (!head) return Unexpected{head.error()};
    std::optional<ArchivePart> part = decode_head(*head);
    if (!part || !has_its_place(parts_, *part)) {
      return Unexpected{Error{std::string(error_code::kArchiveDamaged),
                              path_ + " is damaged at byte " + std::to_string(end_) +
                                  ": no part of an archive begins there.",
                              "Take another copy of the archive."}};
    }
    if (end_ + kHeadBytes + part->stored_bytes > size) break;
    part->before = before;
    part->place = end_;
    before = part->check;
    end_ += kHeadBytes + part->stored_bytes;
    parts_.push_back(*part);
  }
  return {};
}

Result<ArchiveFile> ArchiveFile::open(const std::string& path) {
  crypto::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return Unexpected{system_error(error_code::kSourceRead, path, "opened")};
  ArchiveFile archive(path, std::move(file));
  if (auto read = archive.read_heads(); !read) return Unexpected{read.error()};
  return archive;
}

Result<ArchiveFile> ArchiveFile::continue_at(const std::string& path) {
  crypto::Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!file.is_open()) return Unexpected{system_error(error_code::kExportWrite, path, "written")};
  ArchiveFile archive(path, std::move(file));
  const auto read = archive.read_heads();
  if (!read && read.error().code == error_code::kSourceRead) return Unexpected{read.error()};
  if (archive.end_ == 0) {  // new, or killed before it had begun
    if (::ftruncate(archive.file_.number(), 0) != 0 || !crypto::write_all(archive.file_, kMagic)) {
      return Unexpected{system_error(error_code::kExportWrite, path, "written")};
    }
    archive.end_ = kMagic.size();
  }
  std::size_t good = 0;
  while (good < archive.parts_.size() && archive.read(archive.parts_[good])) ++good;
  if (good < archive.parts_.size()) archive.end_ = archive.parts_[good].place;
  archive.parts_.resize(good);
  if (::ftruncate(archive.file_.number(), static_cast<off_t>(archive.end_)) != 0 ||
      ::lseek(archive.file_.number(), static_cast<off_t>(archive.end_), SEEK_SET) < 0) {
    return Unexpected{system_error(error_code::kExportWrite, path, "written")};
  }
  return archive;
}

const ArchivePart* ArchiveFile::find(PartKind kind) const {
  const auto found = std::find_if(parts_.begin(), parts_.end(),
                                  [&](const ArchivePart& part) { return part.kind == kind; });
  return found == parts_.end() ? nullptr : &*found;
}

const ArchivePart* ArchiveFile::holding(PartKind kind, std::uint64_t number) const {
  const auto found = std::find_if(parts_.begin(), parts_.end(), [&](const ArchivePart& part) {
    return part.kind == kind && number >= part.first && number - part.first < part.count;
  });
  return found == parts_.end() ? nullptr : &*found;
}

Result<Bytes> ArchiveFile::read(const ArchivePart& part) const {
  const Result<Bytes> stored = read_bytes(part.place + kHeadBytes, part.stored_bytes);
  if (!stored) return stored;
  Bytes plain(part.plain_bytes, '\0');
  bool good = stored->size() == part.stored_bytes && check_of(part, *stored) == part.check;
  if (good) {
    const std::size_t size =
        ZSTD_decompress(plain.data(), plain.size(), stored->data(), stored->size());
    good = ZSTD_isError(size) == 0 && size == plain.size();
  }
  if (good) return plain;
  return Unexpected{Error{std::string(error_code::kArchiveDamaged),
                          path_ + " is damaged behind byte " + std::to_string(part.place) +
                              ", in " + what_of(part) + ".",
                          "Take another copy of the archive."}};
}

Result<void> ArchiveFile::append(PartKind kind, std::uint64_t first, std::uint32_t count,
                                 ByteView plain) {
  CHECK(plain.size() <= kPartPlainBytesMax);
  Bytes stored(ZSTD_compressBound(plain.size()), '\0');
  const std::size_t size =
      ZSTD_compress(stored.data(), stored.size(), plain.data(), plain.size(), kLevel);
  CHECK(ZSTD_isError(size) == 0);
  stored.resize(size);
  ArchivePart part{kind,
                   first,
                   count,
                   static_cast<std::uint32_t>(plain.size()),
                   static_cast<std::uint32_t>(size),
                   parts_.empty() ? Hash{} : parts_.back().check,
                   Hash{},
                   end_};
  part.check = check_of(part, stored);
  const Bytes head = facts_of(part) + Bytes(part.check.view());
  if (!crypto::write_all(file_, head) || !crypto::write_all(file_, stored) ||
      ::fdatasync(file_.number()) != 0) {
    return Unexpected{system_error(error_code::kExportWrite, path_, "written")};
  }
  end_ += head.size() + stored.size();
  parts_.push_back(part);
  return {};
}

}  // namespace tools
