// The files around an import: the input, read twice (once to know what it is, once row by row), and
// files that only grow and survive a crash up to their last sync.
//
// Not for several threads at once.
#pragma once

#include "crypto/descriptor.h"
#include "tools/import/encoding.h"
#include "tools/import/mapping.h"

namespace tools {

// What one pass over an input file shows.
struct InputFacts {
  std::string sha256;  // of the whole file, lower-case hex
  std::uint64_t bytes = 0;
  Encoding encoding = Encoding::utf8;
  std::size_t mark_bytes = 0;  // byte order mark
  char delimiter = ',';
  std::string line_end = "\n";

  // Files in UTF-16 are read as UTF-8 (encoding.h): the encoding in which rows are seen.
  Encoding row_encoding() const;
};

// Error E-IMPORT-FILE: the file cannot be read. What the mapping names is taken, the rest detected.
Result<InputFacts> probe_input(const std::string& path, const Mapping& mapping);

// The file's text, from behind its byte order mark.
Result<ByteSource> open_input(const std::string& path, const InputFacts& facts);

// A whole small file. Error E-IMPORT-FILE: it cannot be read, or is larger than `bytes_max`.
Result<Bytes> read_small_file(const std::string& path, std::size_t bytes_max);

// A file that grows at its end.
class GrowingFile {
 public:
  // Keeps the first `keep` bytes and cuts the rest; makes the file when there is none.
  static Result<GrowingFile> open(const std::string& path, std::uint64_t keep);

  Result<void> write(ByteView bytes);
  Result<void> sync();  // what is written outlives a crash
  std::uint64_t size() const { return size_; }

 private:
  GrowingFile(std::string path, crypto::Descriptor descriptor, std::uint64_t size)
      : path_(std::move(path)), descriptor_(std::move(descriptor)), size_(size) {}

  std::string path_;
  crypto::Descriptor descriptor_;
  std::uint64_t size_ = 0;
};

}  // namespace tools
