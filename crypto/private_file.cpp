#include "crypto/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "crypto/descriptor.h"
#include "crypto/error_codes.h"
#include "crypto/random.h"

namespace crypto {
namespace {

std::string reason() { return std::generic_category().message(errno); }

Unexpected<Error> fail(std::string_view code, std::string message, std::string hint) {
  return Unexpected{Error{std::string(code), std::move(message), std::move(hint)}};
}

Unexpected<Error> file_error(const std::filesystem::path& path, std::string_view what) {
  return fail(error_code::kKeyFile,
              path.string() + ": " + std::string(what) + ": " + reason() + ".",
              "Check the path, the rights on its folder and the free space of the disk.");
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

Result<void> check_owner_only(const std::filesystem::path& path, const struct stat& file) {
  if (file.st_uid != ::geteuid()) {
    return fail(error_code::kKeyPermissions, path.string() + " belongs to another user.",
                "Run chown on it, or start the program as the user that owns it.");
  }
  if ((file.st_mode & 07177) != 0) {
    return fail(error_code::kKeyPermissions, path.string() + " can be used by other users.",
                "Run chmod 600 " + path.string() + ", and make a new key if others had access.");
  }
  const std::filesystem::path folder = folder_of(path);
  struct stat around{};
  if (::stat(folder.c_str(), &around) != 0) return file_error(folder, "cannot look at the folder");
  if (around.st_uid != ::geteuid() && around.st_uid != 0) {
    return fail(error_code::kKeyPermissions,
                "The folder " + folder.string() + " belongs to another user.",
                "Move the keys to a folder of your own.");
  }
  // In a sticky folder (/tmp) others can add files but not exchange ours.
  if ((around.st_mode & 0022) != 0 && (around.st_mode & S_ISVTX) == 0) {
    return fail(error_code::kKeyPermissions,
                "Other users can write to the folder " + folder.string() + ".",
                "Run chmod 700 " + folder.string() + ".");
  }
  return {};
}

Result<Secret> read_all(const std::filesystem::path& path, const Descriptor& file,
                        std::size_t size) {
  Secret contents(size);
  std::size_t have = 0;
  while (have < size) {
    const std::ptrdiff_t count = read_some(file, contents.data() + have, size - have);
    if (count < 0) return file_error(path, "cannot be read");
    if (count == 0) break;
    have += static_cast<std::size_t>(count);
  }
  contents.truncate(have);
  return contents;
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const Descriptor handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle.is_open() || ::fsync(handle.number()) != 0) {
    return file_error(folder, "cannot be synced");
  }
  return {};
}

Unexpected<Error> exists_error(const std::filesystem::path& path) {
  return fail(error_code::kKeyExists, path.string() + " is there already and is not overwritten.",
              "Choose another name, or move the file away first.");
}

}  // namespace

Result<Secret> read_private_file(const std::filesystem::path& path, std::size_t size_max,
                                 FileChecks checks) {
  // O_NONBLOCK: opening a pipe that somebody put there does not hang.
  const int follow = checks == FileChecks::owner_only ? O_NOFOLLOW : 0;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | follow));
  if (!file.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return fail(error_code::kKeyMissing, "There is no file " + path.string() + ".",
                  "Check the path, or make the key with `greenledger keys new`.");
    }
    if (errno == ELOOP) {
      return fail(error_code::kKeyPermissions, path.string() + " is a symbolic link.",
                  "Give the path of the file itself.");
    }
    return file_error(path, "cannot be opened");
  }
  struct stat status{};
  if (::fstat(file.number(), &status) != 0) return file_error(path, "cannot be looked at");
  if (!S_ISREG(status.st_mode)) {
    return fail(error_code::kKeyFile, path.string() + " is not a regular file.",
                "Give the path of a file.");
  }
  if (checks == FileChecks::owner_only) {
    if (const Result<void> safe = check_owner_only(path, status); !safe) {
      return Unexpected{safe.error()};
    }
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > size_max) {
    return fail(error_code::kKeyFile, path.string() + " is too large for what it should be.",
                "Check that the path names the right file.");
  }
  return read_all(path, file, size);
}

Result<void> create_file(const std::filesystem::path& path, ByteView contents, unsigned mode) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) == 0) return exists_error(path);
  std::filesystem::path temporary = path;
  temporary += "." + to_hex(random_bytes(8)) + ".new";
  {
    const Descriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
    if (!file.is_open()) return file_error(temporary, "cannot be made");
    // fchmod: the result does not depend on the umask.
    if (::fchmod(file.number(), mode) != 0 || !write_all(file, contents) ||
        ::fsync(file.number()) != 0) {
      const Unexpected<Error> failure = file_error(temporary, "cannot be written");
      ::unlink(temporary.c_str());
      return failure;
    }
  }
  // link() fails where rename() would overwrite.
  const int status_of_link = ::link(temporary.c_str(), path.c_str());
  const int link_errno = errno;
  ::unlink(temporary.c_str());
  if (status_of_link != 0) {
    if (link_errno == EEXIST) return exists_error(path);
    errno = link_errno;
    return file_error(path, "cannot be given its name");
  }
  return sync_folder(folder_of(path));
}

}  // namespace crypto
