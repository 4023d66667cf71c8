#include "node/net/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>

#include "crypto/versions.h"
#include "node/net/codes.h"

namespace node::net {
namespace {

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;

// Bounded growth of sessions that are refused, and no endless certificates, since this one.
constexpr unsigned long kOpensslLeast = 0x300000e0;  // 3.0.14
constexpr long kCertificatesBytesMax = 8 << 10;
constexpr std::string_view kExporterLabel = "EXPORTER-Channel-Binding";  // RFC 9266

// Nobody looks at the dates; they are those that RFC 5280 4.1.2.5 gives to what never expires.
constexpr const char* kNotBefore = "20200101000000Z";
constexpr const char* kNotAfter = "99991231235959Z";

Key make_key(const crypto::PrivateKey& node_key) {
  const crypto::Secret seed = node_key.seed();
  return Key(EVP_PKEY_new_raw_private_key(
      EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(seed.data()), seed.size()));
}

Certificate make_certificate(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  X509* x509 = certificate.get();
  const bool made = x509 && X509_set_version(x509, X509_VERSION_3) &&
                    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1) &&
                    ASN1_TIME_set_string(X509_getm_notBefore(x509), kNotBefore) &&
                    ASN1_TIME_set_string(X509_getm_notAfter(x509), kNotAfter) &&
                    X509_set_pubkey(x509, key) && X509_sign(x509, key, nullptr) > 0;
  if (!made) certificate.reset();
  return certificate;
}

std::optional<crypto::PublicKey> ed25519_key(X509* certificate) {
  const EVP_PKEY* key = certificate ? X509_get0_pubkey(certificate) : nullptr;
  if (!key || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) return std::nullopt;
  crypto::PublicKey raw;
  std::size_t size = raw.bytes.size();
  if (EVP_PKEY_get_raw_public_key(key, raw.bytes.data(), &size) != 1) return std::nullopt;
  return size == raw.bytes.size() ? std::optional(raw) : std::nullopt;
}

// In place of OpenSSL's check of chains, names and dates. The session's WantKey decides.
int check_certificate(X509_STORE_CTX* store, void*) {
  const auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto* want_key = static_cast<const TlsSession::WantKey*>(SSL_get_app_data(ssl));
  const auto key = ed25519_key(X509_STORE_CTX_get0_cert(store));
  const bool wanted = key && (*want_key)(*key);
  X509_STORE_CTX_set_error(store, wanted ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
  return wanted ? 1 : 0;
}

bool set_up(SSL_CTX* context, const crypto::PrivateKey& node_key) {
  const Key key = make_key(node_key);
  const Certificate certificate = key ? make_certificate(key.get()) : nullptr;
  if (!certificate) return false;
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list(context, kCertificatesBytesMax);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_verify_depth(context, 1);
  SSL_CTX_set_cert_verify_callback(context, check_certificate, nullptr);
  return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) &&
         SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) &&
         SSL_CTX_set_num_tickets(context, 0) && SSL_CTX_set_max_early_data(context, 0) &&
         SSL_CTX_set_ciphersuites(context, "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") &&
         SSL_CTX_set1_groups_list(context, "X25519:P-256") &&
         SSL_CTX_set1_sigalgs_list(context, "ed25519") &&
         SSL_CTX_use_certificate(context, certificate.get()) == 1 &&
         SSL_CTX_use_PrivateKey(context, key.get()) == 1;
}

std::string newest_fault() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  std::string text = reason ? reason : "the connection broke";
  ERR_clear_error();
  return text;
}

}  // namespace

struct TlsContext::State {
  std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>> context{SSL_CTX_new(TLS_method())};
};

crypto::Result<TlsContext> TlsContext::make(const crypto::PrivateKey& node_key) {
  if (OpenSSL_version_num() < kOpensslLeast) {
    return crypto::Unexpected{crypto::Error{
        std::string(error_code::kPeerTls),
        fmt::format("OpenSSL {} is too old for connections to peers.", crypto::openssl_version()),
        "Bring the system's OpenSSL to 3.0.14 or later."}};
  }
  auto state = std::make_shared<State>();
  if (!state->context || !set_up(state->context.get(), node_key)) {
    return crypto::Unexpected{
        crypto::Error{std::string(error_code::kPeerTls),
                      fmt::format("OpenSSL {} cannot set up TLS 1.3 with Ed25519: {}.",
                                  crypto::openssl_version(), newest_fault()),
                      "Look at the system's OpenSSL configuration: it may forbid what is needed."}};
  }
  return TlsContext(std::move(state));
}

struct TlsSession::State {
  State(SSL_CTX* context, WantKey want) : want_key(std::move(want)), ssl(SSL_new(context)) {}

  WantKey want_key;
  std::unique_ptr<SSL, Free<SSL_free>> ssl;
  BIO* in = nullptr;  // owned by `ssl`, as is `out`
  BIO* out = nullptr;
  std::array<char, kRecordBytesMax> record{};
};

TlsSession::TlsSession(const TlsContext& context, Role role, WantKey want_key)
    : state_(std::make_unique<State>(context.state_->context.get(), std::move(want_key))) {
  SSL* ssl = state_->ssl.get();
  state_->in = BIO_new(BIO_s_mem());
  state_->out = BIO_new(BIO_s_mem());
  CHECK(ssl && state_->in && state_->out);
  SSL_set_bio(ssl, state_->in, state_->out);
  SSL_set_app_data(ssl, &state_->want_key);
  if (role == Role::dialler) {
    SSL_set_connect_state(ssl);
  } else {
    SSL_set_accept_state(ssl);
  }
}

TlsSession::~TlsSession() = default;

void TlsSession::receive(crypto::ByteView bytes) {
  const int size = static_cast<int>(bytes.size());
  CHECK(BIO_write(state_->in, bytes.data(), size) == size);
}

void TlsSession::take_output(crypto::Bytes& out) {
  // Not BIO_reset after a look at its memory: that clears all that was ever used of it.
  const std::size_t waiting = BIO_ctrl_pending(state_->out);
  if (waiting == 0) return;
  const std::size_t before = out.size();
  out.resize(before + waiting);
  const int size = static_cast<int>(waiting);
  CHECK(BIO_read(state_->out, out.data() + before, size) == size);
}

bool TlsSession::shake_hands() {
  if (over_) return false;
  ERR_clear_error();
  const int result = SSL_do_handshake(state_->ssl.get());
  if (result == 1) return true;
  note_result(result);
  return false;
}

crypto::ByteView TlsSession::read() {
  if (over_) return {};
  ERR_clear_error();
  auto& record = state_->record;
  const int size = SSL_read(state_->ssl.get(), record.data(), static_cast<int>(record.size()));
  if (size > 0) return {record.data(), static_cast<std::size_t>(size)};
  note_result(size);
  return {};
}

void TlsSession::write(crypto::ByteView bytes) {
  if (over_) return;
  ERR_clear_error();
  // Into memory: whole, or never again.
  const int size = static_cast<int>(bytes.size());
  const int result = SSL_write(state_->ssl.get(), bytes.data(), size);
  if (result != size) note_result(result);
}

void TlsSession::close() {
  if (over_ || !SSL_is_init_finished(state_->ssl.get())) return;
  ERR_clear_error();
  static_cast<void>(SSL_shutdown(state_->ssl.get()));
  over_ = true;
}

void TlsSession::note_result(int result) {
  const int error = SSL_get_error(state_->ssl.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
  over_ = true;
  if (error == SSL_ERROR_ZERO_RETURN) return;
  fault_ = newest_fault();
}

crypto::PublicKey TlsSession::peer_key() const {
  const auto key = ed25519_key(SSL_get0_peer_certificate(state_->ssl.get()));
  CHECK(key.has_value());
  return *key;
}

crypto::Hash TlsSession::exporter() const {
  crypto::Hash exporter;
  CHECK(SSL_export_keying_material(state_->ssl.get(), exporter.bytes.data(), exporter.bytes.size(),
                                   kExporterLabel.data(), kExporterLabel.size(), nullptr, 0,
                                   0) == 1);
  return exporter;
}

}  // namespace node::net
