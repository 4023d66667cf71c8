#include "node/net/connection.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace node::net {
namespace {

// A TLS handshake with one certificate and a hello take about 2 KiB.
constexpr std::size_t kUnauthenticatedBytesMax = 32 << 10;
constexpr std::size_t kUnauthenticatedRoom = 4 << 10;
constexpr std::size_t kRoom = 64 << 10;
// What is encrypted ahead of the socket.
constexpr std::size_t kGatherBytes = 64 << 10;
constexpr std::array<char, kFrameHeaderBytes> kPing{};
// In one second: a node says one in ten seconds, and one for each further connection of a key.
constexpr unsigned kPingsMax = 100;
constexpr std::chrono::seconds kPingsTime{1};

Time now() { return std::chrono::steady_clock::now(); }

}  // namespace

Connection::Connection(const ConnectionHost& host, Socket socket, Origin origin)
    : host_(host),
      socket_(std::move(socket)),
      origin_(std::move(origin)),
      tls_(host.tls, origin_.role,
           [this](const crypto::PublicKey& key) { return host_.want_key(*this, key); }),
      in_(kUnauthenticatedRoom, '\0'),
      reader_(FrameReader::for_hello(kHelloBytesMax)),
      started_(now()),
      heard_(started_),
      spoke_(started_) {}

void Connection::start() {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  // Data that nobody acknowledges for so long: the other side is gone, whatever waits here.
  const int patience = static_cast<int>(host_.options.write_time.count());
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
  work();
}

void Connection::open(std::shared_ptr<PeerRecord> record) {
  CHECK(stage_ == Stage::hello);
  stage_ = Stage::open;
  record_ = std::move(record);
  reader_ = FrameReader();
  in_.resize(kRoom);
  // Up to a tenth less, and the same for both ends: not all of a network's at one moment.
  const int spread = tls_.exporter().bytes[0];
  lifetime_ = host_.options.lifetime - host_.options.lifetime * spread / 2560;
  heard_ = spoke_ = now();
}

void Connection::end(std::string reason) {
  if (stage_ == Stage::ended) return;
  stage_ = Stage::ended;
  boost::system::error_code ignored;
  tls_.close();
  if (!writing_) {
    tls_.take_output(out_);
    if (!out_.empty()) socket_.write_some(asio::buffer(out_), ignored);
  }
  socket_.close(ignored);
  queue_.clear();
  if (record_) count_unreleased(-static_cast<std::ptrdiff_t>(unreleased_bytes_));
  host_.on_end(*this, reason);
}

// ---- in ------------------------------------------------------------------------------------

void Connection::receive() {
  if (receiving_ || stage_ == Stage::ended || !window_open()) return;
  receiving_ = true;
  socket_.async_read_some(
      asio::buffer(in_),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
        self->on_received(error, size);
      });
}

void Connection::on_received(const boost::system::error_code& error, std::size_t size) {
  receiving_ = false;
  if (stage_ == Stage::ended) return;
  if (error) {
    const bool closed = error == asio::error::eof;
    return end(closed ? "the peer closed the connection" : error.message());
  }
  heard_ = now();
  if (stage_ != Stage::open) {
    unauthenticated_bytes_ += size;
    if (unauthenticated_bytes_ > kUnauthenticatedBytesMax) return end("too much before the hello");
  }
  tls_.receive(crypto::ByteView(in_).substr(0, size));
  work();
}

// Goes on with whatever has come.
void Connection::work() {
  if (stage_ == Stage::tls && tls_.shake_hands()) say_hello();
  if (stage_ == Stage::hello || stage_ == Stage::open) read_frames();
  if (stage_ == Stage::ended) return;
  if (tls_.over()) {
    return end(tls_.fault().empty() ? "the peer closed the connection" : "TLS: " + tls_.fault());
  }
  flush();
  receive();
}

void Connection::say_hello() {
  stage_ = Stage::hello;
  key_ = tls_.peer_key();
  owner_ = host_.owner(key_);
  Hello hello;
  hello.role = origin_.role;
  hello.network_id = host_.local.network_id;
  hello.organisation = host_.local.organisation;
  hello.to = owner_.organisation;
  hello.incarnation = host_.local.incarnation;
  hello.session = host_.local.session;
  hello.call = origin_.call;
  const crypto::Bytes bytes = write_hello(hello, host_.local.node_key, tls_.exporter());
  crypto::Bytes frame;
  crypto::append_u32(frame, static_cast<std::uint32_t>(bytes.size()));
  frame.append(bytes);
  tls_.write(frame);
}

void Connection::read_frames() {
  while (stage_ != Stage::ended && window_open()) {
    if (plain_.empty()) plain_ = tls_.read();
    if (plain_.empty()) break;
    std::optional<crypto::Bytes> frame = reader_.take(plain_);
    if (reader_.fault()) return refuse("a frame is longer than its kind may be");
    if (!frame) continue;
    if (stage_ == Stage::hello) {
      take_hello(*frame);
    } else {
      take_frame(std::move(*frame));
    }
  }
  if (stage_ != Stage::open) return;
  const bool begun = reader_.arrived() > 0;
  if (begun && !frame_) frame_ = now();
  if (!begun) frame_.reset();
}

void Connection::take_hello(crypto::ByteView frame) {
  const Role theirs = dialled() ? Role::acceptor : Role::dialler;
  const HelloExpected expected{.role = theirs,
                               .network_id = host_.local.network_id,
                               .organisation = host_.local.organisation,
                               .key = key_,
                               .key_owner = owner_.organisation,
                               .exporter = tls_.exporter()};
  crypto::Checked<Hello> hello = read_hello(frame, expected);
  if (!hello) {
    return end(std::string(hello.error().code.name) + ": " + hello.error().message);
  }
  hello_ = std::move(*hello);
  host_.on_hello(*this);
}

void Connection::take_frame(crypto::Bytes frame) {
  frame_.reset();
  record_->bytes_in += kFrameHeaderBytes + frame.size();
  if (frame.empty()) return take_ping();
  ++record_->frames_in;
  ++unreleased_frames_;
  count_unreleased(static_cast<std::ptrdiff_t>(frame.size()));
  host_.on_frame(record_->info.peer, std::move(frame));
}

void Connection::take_ping() {
  const Time moment = now();
  if (moment - pings_since_ > kPingsTime) {
    pings_since_ = moment;
    pings_ = 0;
  }
  if (++pings_ > kPingsMax) refuse("too many pings");
}

// Who is known answers for it with its key.
void Connection::refuse(const std::string& reason) {
  if (stage_ == Stage::open) return host_.on_fault(*this, reason);
  end(reason);
}

void Connection::count_unreleased(std::ptrdiff_t bytes) {
  unreleased_bytes_ += static_cast<std::size_t>(bytes);
  host_.unreleased_bytes += static_cast<std::size_t>(bytes);
  record_->unreleased_bytes = unreleased_bytes_;
}

// When all together have too much, each has one frame at a time.
bool Connection::window_open() const {
  const bool room = host_.unreleased_bytes < host_.options.window_bytes_all;
  return (room || unreleased_bytes_ == 0) && unreleased_bytes_ < host_.options.window_bytes &&
         unreleased_frames_ < host_.options.window_frames;
}

void Connection::release(std::size_t bytes) {
  if (stage_ != Stage::open) return;
  CHECK(unreleased_frames_ > 0 && bytes <= unreleased_bytes_);
  --unreleased_frames_;
  count_unreleased(-static_cast<std::ptrdiff_t>(bytes));
  resume();
}

// Reads on where a closed window had stopped it.
void Connection::resume() {
  if (receiving_ || !window_open()) return;
  heard_ = now();
  work();
}

// ---- out -----------------------------------------------------------------------------------

void Connection::enqueue(std::shared_ptr<const crypto::Bytes> frame) {
  if (stage_ == Stage::open) queue_.push_back(std::move(frame));
}

void Connection::ping() {
  if (stage_ != Stage::open) return;
  ping_due_ = queue_.empty();
  flush();
}

void Connection::flush() {
  if (writing_ || stage_ == Stage::ended) return;
  gather();
  if (out_.empty()) return;
  writing_ = true;
  progress_ = now();
  write_some();
}

// Small frames share a record, and records a write.
void Connection::gather() {
  out_.clear();
  out_sent_ = 0;
  if (stage_ == Stage::open) {
    if (ping_due_ && front_sent_ == 0) tls_.write({kPing.data(), kPing.size()});
    ping_due_ = false;
    std::array<char, kRecordBytesMax> record;
    for (std::size_t gathered = 0; gathered < kGatherBytes && !queue_.empty();) {
      const std::size_t size = gather_record(record.data());
      tls_.write({record.data(), size});
      gathered += size;
    }
    const bool half = record_->queue_bytes <= host_.options.queue_bytes / 2 &&
                      record_->queue_frames <= host_.options.queue_frames / 2;
    if (half) record_->full = false;
  }
  tls_.take_output(out_);
}

std::size_t Connection::gather_record(char* record) {
  std::size_t size = 0;
  while (size < kRecordBytesMax && !queue_.empty()) {
    const crypto::Bytes& frame = *queue_.front();
    crypto::Bytes header;
    crypto::append_u32(header, static_cast<std::uint32_t>(frame.size()));
    const bool in_header = front_sent_ < kFrameHeaderBytes;
    const crypto::ByteView rest =
        in_header ? crypto::ByteView(header).substr(front_sent_)
                  : crypto::ByteView(frame).substr(front_sent_ - kFrameHeaderBytes);
    const std::size_t part = std::min(rest.size(), kRecordBytesMax - size);
    std::memcpy(record + size, rest.data(), part);
    size += part;
    front_sent_ += part;
    if (front_sent_ < kFrameHeaderBytes + frame.size()) continue;
    record_->queue_bytes -= frame.size();
    --record_->queue_frames;
    ++record_->frames_out;
    record_->bytes_out += front_sent_;
    front_sent_ = 0;
    queue_.pop_front();
  }
  return size;
}

void Connection::write_some() {
  socket_.async_write_some(
      asio::buffer(out_.data() + out_sent_, out_.size() - out_sent_),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
        self->on_written(error, size);
      });
}

void Connection::on_written(const boost::system::error_code& error, std::size_t size) {
  if (stage_ == Stage::ended) return;
  if (error) return end(error.message());
  progress_ = spoke_ = now();
  out_sent_ += size;
  if (out_sent_ < out_.size()) return write_some();
  writing_ = false;
  flush();
}

// ---- deadlines -----------------------------------------------------------------------------

void Connection::sweep(Time now) {
  if (stage_ == Stage::ended) return;
  std::string fault = fault_of_deadlines(now);
  if (!fault.empty()) return end(std::move(fault));
  if (stage_ != Stage::open) return;
  if (!writing_ && now - spoke_ > host_.options.ping_time) ping();
  resume();
}

std::string Connection::fault_of_deadlines(Time now) {
  const PeerNetworkOptions& options = host_.options;
  if (stage_ != Stage::open) {
    return now - started_ > options.hello_time ? "no hello in time" : "";
  }
  // While the window is closed nothing is listened for, and that is not the peer's fault.
  if (receiving_ && now - heard_ > options.idle_time) return "nothing heard";
  if (writing_ && now - progress_ > options.write_time) return "the peer does not read";
  if (record_->full && !full_) full_ = now;
  if (!record_->full) full_.reset();
  if (full_ && now - *full_ > options.full_time) return "the send queue stays full";
  if (frame_) {
    const auto earned =
        std::chrono::milliseconds(1000 * reader_.announced() / options.frame_bytes_per_second);
    if (now - *frame_ > options.frame_time + earned) return "a frame takes too long";
  }
  const bool old = now - started_ > lifetime_;
  const bool used = record_->bytes_in + record_->bytes_out > options.connection_bytes;
  return old || used ? "made anew after its time" : "";
}

}  // namespace node::net
