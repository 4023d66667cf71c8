// A peer made with OpenSSL and blocking sockets alone, which does what a test wants, also what no
// node does. A receive time-out keeps a test from hanging.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <optional>

#include "tests/node/net/net_fixture.h"

namespace node {

enum class RawKey : std::uint8_t { ed25519, p256, none };

struct RawOptions {
  std::string name;  // of whose key, as key_of knows it
  RawKey kind = RawKey::ed25519;
  int version = TLS1_3_VERSION;
};

class RawPeer {
 public:
  // A TCP connection to that port of this machine; no TLS yet.
  explicit RawPeer(std::uint16_t port, RawOptions options = {}) : options_(std::move(options)) {
    ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets that are closed
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    timeval wait{};
    wait.tv_sec = 5;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~RawPeer() {
    ssl_.reset();
    ::close(socket_);
  }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  // As far as this side can see: the other may refuse its certificate afterwards.
  bool shake_hands() {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_min_proto_version(context_.get(), options_.version);
    SSL_CTX_set_max_proto_version(context_.get(), options_.version);
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(context_.get(), [](SSL* ssl, SSL_SESSION*) {
      ++*static_cast<int*>(SSL_get_app_data(ssl));
      return 0;
    });
    if (options_.kind != RawKey::none) use_certificate();
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_app_data(ssl_.get(), &tickets_);
    SSL_set_fd(ssl_.get(), socket_);
    return SSL_connect(ssl_.get()) == 1;
  }

  // Past the parser of TLS.
  void send_raw(crypto::ByteView bytes) {
    static_cast<void>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }
  bool send(crypto::ByteView bytes) {
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  bool send_frame(crypto::ByteView frame) {
    crypto::Bytes bytes;
    crypto::append_u32(bytes, static_cast<std::uint32_t>(frame.size()));
    return send(bytes.append(frame));
  }
  // nullopt: the other side has closed, or says nothing.
  std::optional<crypto::Bytes> hear_frame() {
    const auto header = hear(4);
    return header ? hear(crypto::read_u32(*header)) : std::nullopt;
  }
  std::optional<crypto::Bytes> hear(std::size_t size) {
    crypto::Bytes bytes(size, '\0');
    for (std::size_t at = 0; at < size;) {
      const int got = SSL_read(ssl_.get(), bytes.data() + at, static_cast<int>(size - at));
      if (got <= 0) return std::nullopt;
      at += static_cast<std::size_t>(got);
    }
    return bytes;
  }
  // True: the other side closes; what it says before is passed over.
  bool is_closed() {
    char byte = 0;
    for (;;) {
      const auto got = ssl_ ? SSL_read(ssl_.get(), &byte, 1) : ::recv(socket_, &byte, 1, 0);
      if (got > 0) continue;
      return got == 0 || errno != EAGAIN;
    }
  }

  crypto::Hash exporter() const {
    crypto::Hash exporter;
    EXPECT_EQ(SSL_export_keying_material(ssl_.get(), exporter.bytes.data(), 32,
                                         "EXPORTER-Channel-Binding", 24, nullptr, 0, 0),
              1);
    return exporter;
  }
  int tickets() const { return tickets_; }

 private:
  struct Free {
    void operator()(SSL_CTX* one) const { SSL_CTX_free(one); }
    void operator()(SSL* one) const { SSL_free(one); }
    void operator()(EVP_PKEY* one) const { EVP_PKEY_free(one); }
    void operator()(X509* one) const { X509_free(one); }
  };

  // Expired, of another name than its issuer's, and with a serial number of its own.
  void use_certificate() {
    const crypto::Secret seed = key_of(options_.name).seed();
    const bool p256 = options_.kind == RawKey::p256;
    const std::unique_ptr<EVP_PKEY, Free> key(
        p256 ? EVP_EC_gen("P-256")
             : EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                            reinterpret_cast<const unsigned char*>(seed.data()),
                                            seed.size()));
    const std::unique_ptr<X509, Free> certificate(X509_new());
    X509* x509 = certificate.get();
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 42);
    ASN1_TIME_set_string(X509_getm_notBefore(x509), "19990101000000Z");
    ASN1_TIME_set_string(X509_getm_notAfter(x509), "20000101000000Z");
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("nobody"), -1, -1, 0);
    X509_set_pubkey(x509, key.get());
    X509_sign(x509, key.get(), p256 ? EVP_sha256() : nullptr);
    EXPECT_EQ(SSL_CTX_use_certificate(context_.get(), x509), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(context_.get(), key.get()), 1);
  }

  RawOptions options_;
  int socket_ = -1;
  int tickets_ = 0;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
};

// What bravo says to alfa in a test's network, in the form that node/net/hello.h gives.
inline crypto::Bytes hello_to_alfa(const crypto::Hash& exporter, std::string_view session = "raw",
                                   std::string_view network = "network", std::uint64_t call = 1) {
  crypto::Bytes form;
  crypto::append_u16(form, 1);
  crypto::append_u16(form, 1);
  crypto::append_u8(form, 1);
  form.append(hash_of(network).view());
  form.append("\x05").append("bravo").append("\x04").append("alfa");
  crypto::append_u64(form, 3);
  form.append(hash_of(session).view());
  crypto::append_u64(form, call);
  const crypto::Bytes said = form + crypto::Bytes(exporter.view());
  return form.append(key_of("bravo").sign("greenledger/hello/v1", said).view());
}

}  // namespace node
