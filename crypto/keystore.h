// Private keys in files: PKCS#8 in PEM, encrypted with PBES2 (scrypt N = 2^14, r = 8, p = 5, and
// AES-256-CBC), which `openssl pkey -in vote.pem` reads. OpenSSL 3.0 refuses N >= 2^15.
//
// CBC is not authenticated. So the public key lies beside the key (vote.pem, vote.pub; PEM SPKI)
// and is compared after decryption; `keys list` needs no passphrase for it either.
//
// Opening or writing one costs about 0.25 s of scrypt. Files of other programs are read as well,
// as long as they are PKCS#8 and Ed25519.
#pragma once

#include <filesystem>
#include <functional>

#include "crypto/expected.h"
#include "crypto/keys.h"

namespace crypto {

// Called only when the file is encrypted, so that nobody is asked in vain.
using AskPassphrase = std::function<Result<Secret>()>;

enum class Unencrypted { refused, allowed };  // allowed: development, or a host's own protection

// keys/vote.pem -> keys/vote.pub
std::filesystem::path public_key_path(const std::filesystem::path& path);

// Of the .pub file. E-KEY-MISSING, E-KEY-FORMAT, E-KEY-FILE.
Result<PublicKey> read_public_key(const std::filesystem::path& pub_path);

// E-KEY-MISSING, -PERMISSIONS, -FORMAT (not a keystore), -UNENCRYPTED, -PASSPHRASE (wrong, or the
// file is damaged), -MISMATCH, -FILE, or what `ask` gives.
Result<PrivateKey> read_keystore(const std::filesystem::path& path, const AskPassphrase& ask,
                                 Unencrypted unencrypted = Unencrypted::refused);

enum class ShortPassphrase { refused, allowed };  // allowed: development

// Writes the key (mode 0600) and its public key (0644). E-KEY-EXISTS if one of the two is there;
// E-PASSPHRASE-SHORT; E-KEY-FILE.
Result<void> write_keystore(const std::filesystem::path& path, const PrivateKey& key,
                            const Secret& passphrase,
                            ShortPassphrase short_passphrase = ShortPassphrase::refused);
Result<void> write_unencrypted_keystore(const std::filesystem::path& path, const PrivateKey& key);

// The PEM forms themselves.
std::string to_pem(const PublicKey& key);                            // SPKI
std::optional<PublicKey> public_key_from_pem(std::string_view pem);  // nullopt: not Ed25519 SPKI

}  // namespace crypto
