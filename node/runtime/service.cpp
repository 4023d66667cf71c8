#include "node/runtime/service.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <thread>

#include "crypto/passphrase.h"
#include "node/api/api.h"
#include "node/runtime/runtime.h"

namespace node {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kCredential = "greenledgerd-passphrase";

crypto::AskPassphrase passphrase_of(const ServiceOptions& options) {
  return [file = options.passphrase_file]() -> crypto::Result<crypto::Secret> {
    if (!file.empty()) return crypto::passphrase_from_file(file);
    if (auto credential = crypto::passphrase_from_credential(kCredential); credential) {
      return credential;
    }
    return crypto::passphrase_from_terminal("Passphrase of the node's keys: ",
                                            crypto::Repeat::once);
  };
}

struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
};

crypto::Result<Endpoint> parse_endpoint(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  const bool digits = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string::npos;
  const unsigned long number = digits ? std::stoul(port) : 65536;
  if (number > 65535) {
    return crypto::Unexpected{crypto::Error{"E-CONFIG-LISTEN",
                                            "\"" + text + "\" is no address and port.",
                                            "Write it as 127.0.0.1:8600 or [::1]:8600."}};
  }
  std::string address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  }
  return Endpoint{address, static_cast<std::uint16_t>(number)};
}

void log_line(ledger::StoreSeverity severity, std::string_view line) {
  if (severity == ledger::StoreSeverity::note) return;
  std::fprintf(stderr, "store: %.*s\n", static_cast<int>(line.size()), line.data());
}

}  // namespace

struct Service::Parts {
  std::unique_ptr<Runtime> runtime;
  std::unique_ptr<api::Api> api;
};

Service::Service(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Service::~Service() {
  if (parts_->api) parts_->api->stop();
}

crypto::Result<std::unique_ptr<Service>> Service::open(const ServiceOptions& options) {
  const auto listen = parse_endpoint(options.listen);
  if (!listen) return crypto::Unexpected{listen.error()};
  const auto operations = parse_endpoint(options.operations);
  if (!operations) return crypto::Unexpected{operations.error()};

  RuntimeOptions runtime_options;
  runtime_options.home = options.home;
  runtime_options.ask_passphrase = passphrase_of(options);
  runtime_options.unencrypted_keys = options.allow_unencrypted_keys
                                         ? crypto::Unencrypted::allowed
                                         : crypto::Unencrypted::refused;
  runtime_options.store.log = log_line;
  auto runtime = Runtime::open(std::move(runtime_options));
  if (!runtime) return crypto::Unexpected{runtime.error()};

  auto parts = std::make_unique<Parts>();
  parts->runtime = *std::move(runtime);
  Runtime& node = *parts->runtime;

  api::ApiOptions api_options;
  api_options.http.address = listen->address;
  api_options.http.port = listen->port;
  api_options.operations.address = operations->address;
  api_options.operations.port = operations->port;
  api::NodeLink link;
  link.facts = {.network_id = node.genesis().network_id,
                .network_name = node.genesis().parameters.network_name(),
                .organisation = node.organisation(),
                .version = GREENLEDGER_VERSION,
                .genesis_file = node.genesis().file};
  link.snapshot = [&node] { return node.store().snapshot(); };
  link.submit = [&node](ledger::VerifiedSubmission submission) {
    return node.push(ClientSubmitted{std::move(submission)});
  };
  auto api = api::Api::start(std::move(api_options), std::move(link));
  if (!api) return crypto::Unexpected{api.error()};
  parts->api = *std::move(api);
  node.observe({.on_updates = [&server = *parts->api](
                                  const auto& updates) { server.on_updates(updates); },
                .on_notes = [&server = *parts->api](const auto& notes) { server.on_notes(notes); }});
  return std::unique_ptr<Service>(new Service(std::move(parts)));
}

void Service::run_until_signal() {
  asio::io_context signals(1);
  asio::signal_set set(signals, SIGINT, SIGTERM);
  set.async_wait([&](boost::system::error_code error, int) {
    if (!error) parts_->runtime->stop();
  });
  std::thread waiting([&] { signals.run(); });
  const ledger::Header tip = *ledger::ChainReader(parts_->runtime->store().snapshot()).tip();
  std::fprintf(stdout,
               "ready: network %s height %llu api http://127.0.0.1:%u operations "
               "http://127.0.0.1:%u\n",
               parts_->runtime->genesis().network_id.hex().c_str(),
               static_cast<unsigned long long>(tip.seal.height), unsigned{parts_->api->port()},
               unsigned{parts_->api->operations_port()});
  std::fflush(stdout);
  parts_->runtime->run();
  signals.stop();
  waiting.join();
  parts_->api->stop();
}

}  // namespace node
