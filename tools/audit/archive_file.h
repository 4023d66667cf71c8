// The parts of an archive's file: reading, checking and appending them (archive.h has the form).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/descriptor.h"
#include "crypto/expected.h"
#include "crypto/hash.h"

namespace tools {

// A part is closed when it holds so much; with one bundle of the largest entries behind it, it is
// never larger than the second.
inline constexpr std::size_t kPartPlainBytes = std::size_t{4} << 20U;
inline constexpr std::size_t kPartPlainBytesMax = std::size_t{24} << 20U;

enum class PartKind : char {
  genesis = 'G',
  checkpoint = 'C',
  entries = 'E',
  certificates = 'F',
  end = 'Z'
};

struct ArchivePart {
  PartKind kind = PartKind::end;
  std::uint64_t first = 0;
  std::uint32_t count = 0;
  std::uint32_t plain_bytes = 0;
  std::uint32_t stored_bytes = 0;
  crypto::Hash before;  // check of the part before
  crypto::Hash check;
  std::uint64_t place = 0;  // of the part in the file
};

class ArchiveFile {
 public:
  // Reads the parts' heads. E-ARCHIVE-FORM: not an archive, or parts in another order than they
  // may have; E-SOURCE-READ. What lies behind the last whole part is ignored.
  static crypto::Result<ArchiveFile> open(const std::string& path);
  // The same for going on: keeps the parts up to the first that is damaged. Makes the file when
  // there is none. E-EXPORT-WRITE.
  static crypto::Result<ArchiveFile> continue_at(const std::string& path);

  const std::vector<ArchivePart>& parts() const { return parts_; }
  bool is_whole() const { return !parts_.empty() && parts_.back().kind == PartKind::end; }
  const ArchivePart* find(PartKind kind) const;  // the first; null: none
  // The part of this kind that holds `number`; null: none.
  const ArchivePart* holding(PartKind kind, std::uint64_t number) const;

  // E-ARCHIVE-DAMAGED, E-SOURCE-READ.
  crypto::Result<crypto::Bytes> read(const ArchivePart& part) const;
  // Durable when it returns. E-EXPORT-WRITE.
  crypto::Result<void> append(PartKind kind, std::uint64_t first, std::uint32_t count,
                              crypto::ByteView plain);

  std::uint64_t bytes() const { return end_; }

 private:
  ArchiveFile(std::string path, crypto::Descriptor file)
      : path_(std::move(path)), file_(std::move(file)) {}
  crypto::Result<void> read_heads();
  crypto::Result<crypto::Bytes> read_bytes(std::uint64_t place, std::size_t size) const;

  std::string path_;
  crypto::Descriptor file_;
  std::vector<ArchivePart> parts_;
  std::uint64_t end_ = 0;  // behind the last whole part
};

}  // namespace tools
