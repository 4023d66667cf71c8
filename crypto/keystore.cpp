#include "crypto/keystore.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <memory>

#include "crypto/check.h"
#include "crypto/error_codes.h"
#include "crypto/passphrase.h"
#include "crypto/private_file.h"
#include "crypto/random.h"

namespace crypto {
namespace {

// A keystore of ours is below 500 bytes; other programs add comments.
constexpr std::size_t kKeyFileBytesMax = 16 * 1024;
constexpr std::size_t kSaltBytes = 16;
constexpr std::uint64_t kScryptN = 1 << 14;
constexpr std::uint64_t kScryptR = 8;
constexpr std::uint64_t kScryptP = 5;

struct Free {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(PKCS8_PRIV_KEY_INFO* info) const { PKCS8_PRIV_KEY_INFO_free(info); }
  void operator()(X509_SIG* sealed) const { X509_SIG_free(sealed); }
  void operator()(X509_ALGOR* algorithm) const { X509_ALGOR_free(algorithm); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// The library keeps a queue of errors a thread; we leave none behind for others to stumble over.
struct ErrorQueue {
  ErrorQueue() { ERR_clear_error(); }
  ~ErrorQueue() { ERR_clear_error(); }
};

Unexpected<Error> fail(std::string_view code, std::string message, std::string hint) {
  return Unexpected{Error{std::string(code), std::move(message), std::move(hint)}};
}

Owned<BIO> reader_of(ByteView text) {
  Owned<BIO> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  CHECK(bio != nullptr);
  return bio;
}

Owned<BIO> secret_writer() {
  Owned<BIO> bio(BIO_new(BIO_s_secmem()));
  CHECK(bio != nullptr);
  return bio;
}

ByteView contents_of(BIO* bio) {
  const char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  CHECK(size > 0);
  return {text, static_cast<std::size_t>(size)};
}

Owned<PKCS8_PRIV_KEY_INFO> to_pkcs8(const PrivateKey& key) {
  const Secret seed = key.seed();
  const Owned<EVP_PKEY> pkey(EVP_PKEY_new_raw_private_key(
      EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(seed.data()), seed.size()));
  CHECK(pkey != nullptr);
  Owned<PKCS8_PRIV_KEY_INFO> info(EVP_PKEY2PKCS8(pkey.get()));
  CHECK(info != nullptr);
  return info;
}

Owned<X509_SIG> seal(const PrivateKey& key, const Secret& passphrase) {
  Bytes salt = random_bytes(kSaltBytes);
  Owned<X509_ALGOR> algorithm(
      PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), reinterpret_cast<const unsigned char*>(salt.data()),
                            static_cast<int>(salt.size()), nullptr, kScryptN, kScryptR, kScryptP));
  CHECK(algorithm != nullptr);
  const Owned<PKCS8_PRIV_KEY_INFO> info = to_pkcs8(key);
  Owned<X509_SIG> sealed(PKCS8_set0_pbe(passphrase.data(), static_cast<int>(passphrase.size()),
                                        info.get(), algorithm.get()));
  CHECK(sealed != nullptr);
  static_cast<void>(algorithm.release());  // sealed owns it
  return sealed;
}

Result<PrivateKey> from_pkcs8(const std::filesystem::path& path, const PKCS8_PRIV_KEY_INFO* info) {
  const Owned<EVP_PKEY> pkey(EVP_PKCS82PKEY(info));
  Secret seed(32);
  std::size_t size = seed.size();
  if (pkey == nullptr || EVP_PKEY_get_id(pkey.get()) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_private_key(pkey.get(), reinterpret_cast<unsigned char*>(seed.data()),
                                   &size) != 1 ||
      size != seed.size()) {
    return fail(error_code::kKeyFormat, path.string() + " holds no Ed25519 key.",
                "Make one with `greenledger keys new`.");
  }
  return PrivateKey::from_seed(seed);
}

Unexpected<Error> wrong_passphrase(const std::filesystem::path& path) {
  return fail(error_code::kKeyPassphrase,
              "The passphrase does not open " + path.string() + ", or the file is damaged.",
              "Try the passphrase again; if it is right, restore the file from your backup.");
}

Result<PrivateKey> open_sealed(const std::filesystem::path& path, BIO* pem,
                               const AskPassphrase& ask) {
  const Owned<X509_SIG> sealed(PEM_read_bio_PKCS8(pem, nullptr, nullptr, nullptr));
  if (sealed == nullptr) {
    return fail(error_code::kKeyFormat, path.string() + " is not a whole encrypted PKCS#8 file.",
                "Restore the file from your backup.");
  }
  const Result<Secret> passphrase = ask();
  if (!passphrase) return Unexpected{passphrase.error()};
  const Owned<PKCS8_PRIV_KEY_INFO> info(
      PKCS8_decrypt(sealed.get(), passphrase->data(), static_cast<int>(passphrase->size())));
  if (info == nullptr) {
    // A passphrase that is wrong shows as bad padding, or as no PKCS#8 inside; all else is a file
    // that this program cannot open with any passphrase.
    const unsigned long fault = ERR_peek_error();
    const bool known = ERR_GET_LIB(fault) == ERR_LIB_PROV || ERR_GET_LIB(fault) == ERR_LIB_ASN1;
    if (known) return wrong_passphrase(path);
    return fail(error_code::kKeyFormat, path.string() + " is encrypted in an unknown way.",
                "Convert it: openssl pkcs8 -topk8 -scrypt -in OLD -out NEW.");
  }
  return from_pkcs8(path, info.get());
}

Result<PrivateKey> open_plain(const std::filesystem::path& path, BIO* pem,
                              Unencrypted unencrypted) {
  if (unencrypted == Unencrypted::refused) {
    return fail(error_code::kKeyUnencrypted, path.string() + " is not encrypted.",
                "Encrypt it: openssl pkcs8 -topk8 -scrypt -in " + path.string() + " -out NEW.");
  }
  const Owned<PKCS8_PRIV_KEY_INFO> info(
      PEM_read_bio_PKCS8_PRIV_KEY_INFO(pem, nullptr, nullptr, nullptr));
  if (info == nullptr) {
    return fail(error_code::kKeyFormat, path.string() + " is not a whole PKCS#8 file.",
                "Restore the file from your backup.");
  }
  return from_pkcs8(path, info.get());
}

Result<void> create_both(const std::filesystem::path& path, ByteView pem, const PublicKey& key) {
  const std::filesystem::path pub_path = public_key_path(path);
  if (std::error_code ignored; std::filesystem::exists(pub_path, ignored)) {
    return fail(error_code::kKeyExists, pub_path.string() + " is there already.",
                "Choose another name, or move the file away first.");
  }
  if (Result<void> written = create_file(path, pem, 0600); !written) return written;
  return create_file(pub_path, to_pem(key), 0644);
}

}  // namespace

std::filesystem::path public_key_path(const std::filesystem::path& path) {
  std::filesystem::path pub_path = path;
  return pub_path.replace_extension(".pub");
}

std::string to_pem(const PublicKey& key) {
  const ErrorQueue queue;
  const Owned<EVP_PKEY> pkey(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.bytes.data(), key.bytes.size()));
  const Owned<BIO> out(BIO_new(BIO_s_mem()));
  CHECK(pkey != nullptr && out != nullptr);
  CHECK(PEM_write_bio_PUBKEY(out.get(), pkey.get()) == 1);
  return std::string(contents_of(out.get()));
}

std::optional<PublicKey> public_key_from_pem(std::string_view pem) {
  const ErrorQueue queue;
  const Owned<BIO> in = reader_of(pem);
  const Owned<EVP_PKEY> pkey(PEM_read_bio_PUBKEY(in.get(), nullptr, nullptr, nullptr));
  if (pkey == nullptr || EVP_PKEY_get_id(pkey.get()) != EVP_PKEY_ED25519) return std::nullopt;
  PublicKey key;
  std::size_t size = key.bytes.size();
  if (EVP_PKEY_get_raw_public_key(pkey.get(), key.bytes.data(), &size) != 1) return std::nullopt;
  return key;
}

Result<PublicKey> read_public_key(const std::filesystem::path& pub_path) {
  const Result<Secret> pem = read_private_file(pub_path, kKeyFileBytesMax, FileChecks::none);
  if (!pem) {
    Error error = pem.error();
    if (error.code == error_code::kKeyMissing) {
      error.hint = "Make it again: openssl pkey -in KEY.pem -pubout -out " + pub_path.string() +
                   ", and compare it with the key on the ledger.";
    }
    return Unexpected{std::move(error)};
  }
  const std::optional<PublicKey> key = public_key_from_pem(pem->view());
  if (!key) {
    return fail(error_code::kKeyFormat, pub_path.string() + " is not an Ed25519 public key.",
                "Make it again: openssl pkey -in KEY.pem -pubout -out " + pub_path.string() + ".");
  }
  return *key;
}

Result<PrivateKey> read_keystore(const std::filesystem::path& path, const AskPassphrase& ask,
                                 Unencrypted unencrypted) {
  const ErrorQueue queue;
  const Result<Secret> file = read_private_file(path, kKeyFileBytesMax, FileChecks::owner_only);
  if (!file) return Unexpected{file.error()};
  const Result<PublicKey> expected = read_public_key(public_key_path(path));
  if (!expected) return Unexpected{expected.error()};

  const Owned<BIO> pem = reader_of(file->view());
  const bool sealed = file->view().find("-----BEGIN ENCRYPTED PRIVATE KEY-----") != ByteView::npos;
  const bool plain = file->view().find("-----BEGIN PRIVATE KEY-----") != ByteView::npos;
  if (!sealed && !plain) {
    return fail(error_code::kKeyFormat, path.string() + " is not a keystore (PKCS#8 in PEM).",
                "Check the path, or convert the key: openssl pkcs8 -topk8 -scrypt.");
  }
  Result<PrivateKey> key =
      sealed ? open_sealed(path, pem.get(), ask) : open_plain(path, pem.get(), unencrypted);
  if (key && key->public_key() != *expected) {
    return fail(
        error_code::kKeyMismatch,
        path.string() + " is not the private key of " + public_key_path(path).string() + ".",
        "One of the two was exchanged or damaged: restore both from your backup.");
  }
  return key;
}

Result<void> write_keystore(const std::filesystem::path& path, const PrivateKey& key,
                            const Secret& passphrase, ShortPassphrase short_passphrase) {
  const ErrorQueue queue;
  if (short_passphrase == ShortPassphrase::refused) {
    if (Result<void> length = check_passphrase_length(passphrase); !length) return length;
  }
  const Owned<X509_SIG> sealed = seal(key, passphrase);
  const Owned<BIO> out = secret_writer();
  CHECK(PEM_write_bio_PKCS8(out.get(), sealed.get()) == 1);
  return create_both(path, contents_of(out.get()), key.public_key());
}

Result<void> write_unencrypted_keystore(const std::filesystem::path& path, const PrivateKey& key) {
  const ErrorQueue queue;
  const Owned<PKCS8_PRIV_KEY_INFO> info = to_pkcs8(key);
  const Owned<BIO> out = secret_writer();
  CHECK(PEM_write_bio_PKCS8_PRIV_KEY_INFO(out.get(), info.get()) == 1);
  return create_both(path, contents_of(out.get()), key.public_key());
}

}  // namespace crypto
