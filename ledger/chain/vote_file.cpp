#include "ledger/chain/vote_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "ledger/chain/file_bytes.h"

namespace ledger {
namespace {

using crypto::Error;
using crypto::Hash;
using crypto::Result;
using crypto::Unexpected;

constexpr std::string_view kMagic = "greenledger vote";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHashBytes = 32;

Unexpected<Error> refuse(std::string_view code, std::string message, std::string hint) {
  return Unexpected{Error{std::string(code), std::move(message), std::move(hint)}};
}

bool is_whole(ByteView bytes) {
  if (bytes.size() != kVoteSlotBytes || !bytes.starts_with(kMagic)) return false;
  const auto covered = bytes.substr(0, kVoteSlotBytes - kHashBytes);
  return crypto::sha256(covered).view() == bytes.substr(covered.size());
}

std::uint8_t version_of(ByteView bytes) { return static_cast<std::uint8_t>(bytes[kMagic.size()]); }

Hash read_hash(crypto::ByteReader& in) {
  return Hash::from_view(in.bytes(kHashBytes)).value_or(Hash{});
}

bool write_at(int descriptor, ByteView bytes, std::size_t offset) {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::size_t>(count);
  }
  return ::fdatasync(descriptor) == 0;
}

}  // namespace

Bytes encode_vote_slot(const VoteSlot& slot) {
  Bytes out(kMagic);
  crypto::append_u8(out, kVersion);
  out += slot.network_id.view();
  crypto::append_u64(out, slot.sequence);
  crypto::append_u64(out, slot.floor.epoch);
  crypto::append_u64(out, slot.floor.view);
  crypto::append_u64(out, slot.chain.count);
  out += slot.chain.hash.view();
  crypto::append_u64(out, slot.checkpoint.size);
  out += slot.checkpoint.root.view();
  crypto::append_u64(out, slot.tip_height);
  out += slot.tip_hash.view();
  out.resize(kVoteSlotBytes - kHashBytes, '\0');
  out += crypto::sha256(out).view();
  return out;
}

std::optional<VoteSlot> decode_vote_slot(ByteView bytes) {
  if (!is_whole(bytes) || version_of(bytes) != kVersion) return std::nullopt;
  crypto::ByteReader in(bytes.substr(kMagic.size() + 1));
  VoteSlot slot;
  slot.network_id = read_hash(in);
  slot.sequence = in.u64();
  slot.floor.epoch = in.u64();
  slot.floor.view = in.u64();
  slot.chain.count = in.u64();
  slot.chain.hash = read_hash(in);
  slot.checkpoint.size = in.u64();
  slot.checkpoint.root = read_hash(in);
  slot.tip_height = in.u64();
  slot.tip_hash = read_hash(in);
  return slot;
}

VoteFile::~VoteFile() { ::close(descriptor_); }

Result<std::unique_ptr<VoteFile>> VoteFile::open(const std::string& path, const Hash& network_id) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) {
    const bool absent = errno == ENOENT;
    return refuse(absent ? kVoteFileAbsent : kVoteFileOpen,
                  "The vote file " + path + " cannot be opened: " + last_system_error() + ".",
                  absent ? "Run `greenledgerd recover`: a node without it may not vote at once."
                         : "Give the file to the user the node runs as.");
  }
  std::unique_ptr<VoteFile> file(new VoteFile(descriptor, network_id));
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return refuse(kVoteFileLocked, "Another process is using the vote file " + path + ".",
                  "Stop the node that runs with it: two of them would vote against each other.");
  }
  if (auto read = file->read_slots(path); !read) return Unexpected{std::move(read).error()};
  return file;
}

Result<void> VoteFile::read_slots(const std::string& path) {
  for (std::uint64_t place = 0; place < 2; ++place) {
    std::array<char, kVoteSlotBytes> buffer{};
    ssize_t count = 0;
    do {
      count = ::pread(descriptor_, buffer.data(), buffer.size(),
                      static_cast<off_t>(place * kVoteSlotDistance));
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
      return refuse(kVoteFileOpen,
                    "The vote file " + path + " cannot be read: " + last_system_error() + ".",
                    "Check the disk.");
    }
    const ByteView bytes(buffer.data(), static_cast<std::size_t>(count));
    if (is_whole(bytes) && version_of(bytes) > kVersion) {
      return refuse(kVoteFileVersion,
                    "The vote file " + path + " is of a newer version than this program.",
                    "Use the program that wrote it, or a newer one.");
    }
    const auto slot = decode_vote_slot(bytes);
    if (!slot) continue;
    if (slot->network_id != network_id_) {
      return refuse(kVoteFileNetwork,
                    "The vote file " + path + " belongs to network " + slot->network_id.hex() +
                        ", not to " + network_id_.hex() + ".",
                    "Check --home: each network needs a home of its own.");
    }
    if (!newest_ || slot->sequence > newest_->sequence) {
      newest_ = slot;
      place_ = place;
    }
  }
  return {};
}

Result<std::unique_ptr<VoteFile>> VoteFile::create(const std::string& path,
                                                   const Hash& network_id) {
  const auto failed = [&path](const std::string& reason) {
    return refuse(kVoteFileOpen, "The vote file " + path + " cannot be made: " + reason + ".",
                  "Check the free space and that the folder belongs to the node's user.");
  };
  const int descriptor =
      ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return failed(last_system_error());
  std::unique_ptr<VoteFile> file(new VoteFile(descriptor, network_id));
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) return failed(last_system_error());
  // Room is taken now, so that a full disk cannot keep a slot from being written later.
  const Bytes zeros(kVoteFileBytes, '\0');
  if (!write_at(descriptor, zeros, 0) || ::fsync(descriptor) != 0) {
    return failed(last_system_error());
  }
  if (auto synced = sync_folder(folder_of(path)); !synced) return failed(synced.error());
  file->write({});
  return file;
}

void VoteFile::write(VoteSlot slot) {
  slot.network_id = network_id_;
  slot.sequence = newest_ ? newest_->sequence + 1 : 1;
  const std::uint64_t place = 1 - place_;
  if (!write_at(descriptor_, encode_vote_slot(slot), place * kVoteSlotDistance)) {
    const std::string message = "the vote file cannot be written: " + last_system_error() +
                                "; the node stops before anything is sent";
    crypto::fatal(message.c_str());
  }
  newest_ = slot;
  place_ = place;
}

}  // namespace ledger
