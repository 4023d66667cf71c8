#include "tools/import/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "crypto/descriptor.h"
#include "crypto/hash.h"
#include "tools/import/codes.h"

namespace tools {
namespace {

constexpr std::size_t kChunkBytes = 256 * 1024;
constexpr std::size_t kSampleBytes = 64 * 1024;

Error file_error(const std::string& path, const std::string& what, const std::string& hint) {
  return {std::string(error_code::kFile), path + ": " + what, hint};
}

Error system_error(const std::string& path, const char* action) {
  const int number = errno;
  return file_error(path, std::string("cannot be ") + action + ": " + std::strerror(number) + ".",
                    "Check the path, the permissions and the free space.");
}

using crypto::Descriptor;

Result<std::shared_ptr<Descriptor>> open_for_reading(const std::string& path) {
  auto file = std::make_shared<Descriptor>(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file->number() < 0) return Unexpected{system_error(path, "opened")};
  struct stat facts = {};
  if (::fstat(file->number(), &facts) != 0) return Unexpected{system_error(path, "read")};
  if (!S_ISREG(facts.st_mode)) {
    return Unexpected{file_error(path, "is not a file.",
                                 "An import reads its input twice: save it as a file first.")};
  }
  return file;
}

Result<std::size_t> read_some(const Descriptor& file, const std::string& path, char* buffer,
                              std::size_t size) {
  const std::ptrdiff_t count = crypto::read_some(file, buffer, size);
  if (count < 0) return Unexpected{system_error(path, "read")};
  return static_cast<std::size_t>(count);
}

}  // namespace

Encoding InputFacts::row_encoding() const {
  const bool wide = encoding == Encoding::utf16le || encoding == Encoding::utf16be;
  return wide ? Encoding::utf8 : encoding;
}

Result<InputFacts> probe_input(const std::string& path, const Mapping& mapping) {
  const Result<std::shared_ptr<Descriptor>> file = open_for_reading(path);
  if (!file) return Unexpected{file.error()};
  InputFacts facts;
  crypto::Sha256 hash;
  EncodingProbe probe;
  Bytes chunk(kChunkBytes, '\0');
  while (true) {
    const Result<std::size_t> count = read_some(**file, path, chunk.data(), chunk.size());
    if (!count) return Unexpected{count.error()};
    if (*count == 0) break;
    const ByteView piece(chunk.data(), *count);
    hash.add(piece);
    probe.feed(piece);
    facts.bytes += *count;
  }
  facts.sha256 = hash.finish().hex();
  const Detected detected = probe.finish();
  facts.encoding = mapping.encoding.value_or(detected.encoding);
  if (facts.encoding == detected.encoding) facts.mark_bytes = detected.mark_bytes;

  const Result<ByteSource> source = open_input(path, facts);
  if (!source) return Unexpected{source.error()};
  Bytes sample(kSampleBytes, '\0');
  const Result<std::size_t> count = (*source)(sample.data(), sample.size());
  if (!count) return Unexpected{count.error()};
  sample.resize(*count);
  facts.delimiter = mapping.delimiter.value_or(detect_delimiter(sample));
  facts.line_end = detect_line_end(sample);
  return facts;
}

Result<ByteSource> open_input(const std::string& path, const InputFacts& facts) {
  const Result<std::shared_ptr<Descriptor>> opened = open_for_reading(path);
  if (!opened) return Unexpected{opened.error()};
  const std::shared_ptr<Descriptor> file = *opened;
  if (::lseek(file->number(), static_cast<off_t>(facts.mark_bytes), SEEK_SET) < 0) {
    return Unexpected{system_error(path, "read")};
  }
  ByteSource source = [file, path](char* buffer, std::size_t size) {
    return read_some(*file, path, buffer, size);
  };
  if (facts.row_encoding() == facts.encoding) return source;
  return utf16_to_utf8(std::move(source), facts.encoding);
}

Result<Bytes> read_small_file(const std::string& path, std::size_t bytes_max) {
  const Result<std::shared_ptr<Descriptor>> file = open_for_reading(path);
  if (!file) return Unexpected{file.error()};
  Bytes bytes;
  Bytes chunk(kChunkBytes, '\0');
  while (true) {
    const Result<std::size_t> count = read_some(**file, path, chunk.data(), chunk.size());
    if (!count) return Unexpected{count.error()};
    if (*count == 0) return bytes;
    bytes.append(chunk, 0, *count);
    if (bytes.size() > bytes_max) {
      return Unexpected{file_error(path, "is larger than " + std::to_string(bytes_max) + " bytes.",
                                   "Check that this is the file you mean.")};
    }
  }
}

Result<GrowingFile> GrowingFile::open(const std::string& path, std::uint64_t keep) {
  Descriptor descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!descriptor.is_open()) return Unexpected{system_error(path, "written")};
  const auto size = static_cast<off_t>(keep);
  if (::ftruncate(descriptor.number(), size) != 0 ||
      ::lseek(descriptor.number(), size, SEEK_SET) != size) {
    return Unexpected{system_error(path, "written")};
  }
  return GrowingFile(path, std::move(descriptor), keep);
}

Result<void> GrowingFile::write(ByteView bytes) {
  if (!crypto::write_all(descriptor_, bytes)) return Unexpected{system_error(path_, "written")};
  size_ += bytes.size();
  return {};
}

Result<void> GrowingFile::sync() {
  if (::fdatasync(descriptor_.number()) != 0) return Unexpected{system_error(path_, "written")};
  return {};
}

}  // namespace tools
