#include "crypto/passphrase.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "crypto/error_codes.h"
#include "crypto/private_file.h"

namespace crypto {
namespace {

constexpr std::size_t kPassphraseBytesMax = 1024;

Unexpected<Error> fail(std::string_view code, std::string message, std::string hint) {
  return Unexpected{Error{std::string(code), std::move(message), std::move(hint)}};
}

Unexpected<Error> source_error(std::string message) {
  return fail(error_code::kPassphraseSource, std::move(message),
              "Give the passphrase with --passphrase-file, a descriptor, a systemd credential, or "
              "on a terminal.");
}

Result<Secret> without_line_end(Secret passphrase) {
  std::size_t size = passphrase.size();
  if (size > 0 && passphrase.view()[size - 1] == '\n') --size;
  if (size > 0 && passphrase.view()[size - 1] == '\r') --size;
  passphrase.truncate(size);
  if (size == 0) return source_error("The passphrase is empty.");
  return passphrase;
}

Result<Secret> passphrase_from(const std::filesystem::path& path, FileChecks checks) {
  Result<Secret> contents = read_private_file(path, kPassphraseBytesMax, checks);
  if (!contents && contents.error().code == error_code::kKeyMissing) {
    return source_error(contents.error().message);
  }
  if (!contents) return contents;
  return without_line_end(std::move(*contents));
}

}  // namespace

Result<Secret> passphrase_from_file(const std::filesystem::path& path) {
  return passphrase_from(path, FileChecks::owner_only);
}

Result<Secret> passphrase_from_descriptor(int descriptor) {
  Secret contents(kPassphraseBytesMax + 1);
  std::size_t have = 0;
  while (have < contents.size()) {
    const ssize_t count = ::read(descriptor, contents.data() + have, contents.size() - have);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return source_error("The passphrase cannot be read from descriptor " +
                          std::to_string(descriptor) + ".");
    }
    if (count == 0) break;
    have += static_cast<std::size_t>(count);
  }
  if (have > kPassphraseBytesMax) return source_error("The passphrase is longer than 1,024 bytes.");
  contents.truncate(have);
  return without_line_end(std::move(contents));
}

Result<Secret> passphrase_from_credential(std::string_view name) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr) {
    return source_error("There are no systemd credentials: $CREDENTIALS_DIRECTORY is not set.");
  }
  if (name.empty() || name[0] == '.' || name.find('/') != std::string_view::npos) {
    return source_error("\"" + std::string(name) + "\" is not the name of a credential.");
  }
  return passphrase_from(std::filesystem::path(folder) / name, FileChecks::none);
}

Result<Secret> passphrase_from_terminal(const std::string& prompt, Repeat repeat) {
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0) return source_error("There is no terminal to ask for the passphrase.");
  ::close(terminal);
  Secret line(kPassphraseBytesMax);
  const int status = EVP_read_pw_string_min(line.data(), 1, static_cast<int>(line.size() - 1),
                                            prompt.c_str(), repeat == Repeat::twice ? 1 : 0);
  if (status != 0) {
    return source_error(repeat == Repeat::twice ? "The two passphrases differ, or none was given."
                                                : "No passphrase was given.");
  }
  line.truncate(line.view().find('\0'));
  return without_line_end(std::move(line));
}

Result<void> check_passphrase_length(const Secret& passphrase) {
  std::size_t characters = 0;
  for (const char c : passphrase.view()) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++characters;
  }
  if (characters >= kPassphraseCharactersMin) return {};
  return fail(error_code::kPassphraseShort,
              "The passphrase has " + std::to_string(characters) + " characters; a new key needs " +
                  std::to_string(kPassphraseCharactersMin) + ".",
              "Choose a longer one, for example five words that do not belong together.");
}

}  // namespace crypto
