#include "node/net/dialler.h"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>

#include "crypto/random.h"

namespace node::net {
namespace {

// Of one member, and names in all: what a member says of itself is bounded.
constexpr std::size_t kAddressesMax = 8;
constexpr std::size_t kNamesMax = 4096;
// Different notes about one target that does not answer.
constexpr std::size_t kSaidMax = 32;

Time now() { return std::chrono::steady_clock::now(); }

// 0 to 1.
double jitter() {
  const std::uint32_t drawn = crypto::read_u32(crypto::random_bytes(4));
  return static_cast<double>(drawn) / 4294967295.0;
}

std::string name_of(const PeerAddress& address) {
  return address.host + ":" + std::to_string(address.port);
}

}  // namespace

Dialler::Dialler(asio::io_context& io, const PeerNetworkOptions& options, DialHooks hooks)
    : io_(io), options_(options), hooks_(std::move(hooks)), resolver_(io.get_executor()) {
  for (const std::string& seed : options.seeds) add_seed(seed);
}

void Dialler::add_seed(const std::string& address) {
  Target target;
  target.addresses.push_back(address);
  targets_.emplace(next_target_++, std::move(target));
}

void Dialler::set_members(const std::vector<Member>& members) {
  std::set<crypto::PublicKey> keys;
  for (const Member& member : members) {
    keys.insert(member.node_key);
    const auto [place, added] = of_key_.try_emplace(member.node_key, next_target_);
    if (added) ++next_target_;
    update(targets_[place->second], member);
  }
  std::erase_if(of_key_, [&](const auto& entry) {
    if (keys.contains(entry.first)) return false;
    targets_.erase(entry.second);
    return true;
  });
  find_sources();
}

void Dialler::update(Target& target, const Member& member) {
  target.organisation = member.organisation;
  target.key = member.node_key;
  std::vector<std::string> good;
  const std::size_t count = std::min(member.addresses.size(), kAddressesMax);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& address = member.addresses[i];
    if (parse_address(address)) {
      good.push_back(address);
    } else if (is_new(target, address)) {
      hooks_.on_note(AddressMalformed{member.organisation, address});
    }
  }
  if (good == target.addresses) return;
  target.addresses = std::move(good);
  target.failures = 0;
  target.next = {};
}

void Dialler::find_sources() {
  sources_.clear();
  for (const auto& [key, id] : of_key_) {
    for (const std::string& text : targets_.at(id).addresses) {
      const auto address = parse_address(text);
      boost::system::error_code error;
      const auto literal = asio::ip::make_address(address->host, error);
      if (!error) {
        sources_.insert(source_of(literal));
      } else if (const auto name = names_.find(name_of(*address)); name != names_.end()) {
        for (const Endpoint& endpoint : name->second.endpoints) {
          sources_.insert(source_of(endpoint.address()));
        }
      }
    }
  }
}

void Dialler::sweep(Time now) {
  const auto attempts = attempts_;
  for (const auto& attempt : attempts) {
    if (now > attempt->deadline) give_up(attempt, "no answer in time");
  }
  auto busy = static_cast<std::size_t>(std::count_if(
      targets_.begin(), targets_.end(), [](const auto& entry) { return entry.second.busy; }));
  for (auto& [id, target] : targets_) {
    if (busy >= options_.dials) return;
    const bool due = !target.busy && !target.addresses.empty() && target.next <= now;
    if (!due || hooks_.satisfied(target)) continue;
    ++busy;
    call(id, target, now);
  }
}

void Dialler::stop() {
  for (const auto& attempt : attempts_) {
    attempt->over = true;
    boost::system::error_code ignored;
    attempt->socket.close(ignored);
  }
  attempts_.clear();
  resolver_.cancel();
}

void Dialler::call(TargetId id, Target& target, Time now) {
  target.busy = true;
  const std::string& text = target.addresses[target.turn % target.addresses.size()];
  const auto attempt =
      std::make_shared<Attempt>(Attempt{.target = id,
                                        .address = text,
                                        .socket = Socket(io_.get_executor()),
                                        .deadline = now + options_.connect_time,
                                        .turn = target.turn / target.addresses.size()});
  ++target.turn;
  attempts_.push_back(attempt);
  const auto address = parse_address(text);
  boost::system::error_code error;
  const auto literal = asio::ip::make_address(address->host, error);
  if (error) return look_up(attempt, *address);
  connect(attempt, {Endpoint(literal, address->port)});
}

void Dialler::look_up(const std::shared_ptr<Attempt>& attempt, const PeerAddress& address) {
  if (names_.size() >= kNamesMax) {
    std::erase_if(names_, [](const auto& entry) { return !entry.second.looking; });
  }
  Name& name = names_[name_of(address)];
  if (name.looking) return connect(attempt, name.endpoints);
  name.looking = true;
  resolver_.async_resolve(address.host, std::to_string(address.port),
                          asio::ip::resolver_base::numeric_service,
                          [this, attempt, key = name_of(address)](
                              const boost::system::error_code& error, const auto& results) {
                            Name& found = names_[key];
                            found.looking = false;
                            if (!error) found.endpoints.assign(results.begin(), results.end());
                            if (!attempt->over) connect(attempt, found.endpoints);
                          });
}

void Dialler::connect(const std::shared_ptr<Attempt>& attempt, std::vector<Endpoint> endpoints) {
  if (endpoints.empty()) {
    // Not from within call(), which may be the sweep over the targets.
    asio::post(io_, [this, attempt] { give_up(attempt, "its name stands for no address"); });
    return;
  }
  const auto first = attempt->turn % endpoints.size();
  std::rotate(endpoints.begin(), endpoints.begin() + static_cast<std::ptrdiff_t>(first),
              endpoints.end());
  const auto held = std::make_shared<std::vector<Endpoint>>(std::move(endpoints));
  asio::async_connect(attempt->socket, *held,
                      [this, attempt, held](const boost::system::error_code& error,
                                            const Endpoint&) { on_connected(attempt, error); });
}

void Dialler::on_connected(const std::shared_ptr<Attempt>& attempt,
                           const boost::system::error_code& failure) {
  if (attempt->over) return;
  if (failure) return give_up(attempt, failure.message());
  boost::system::error_code error;
  const Endpoint remote = attempt->socket.remote_endpoint(error);
  if (error) return give_up(attempt, error.message());
  // A port of the range from which callers get theirs can be met by its own call.
  const Endpoint mine = attempt->socket.local_endpoint(error);
  if (error || mine == remote) return give_up(attempt, "nobody listens there");
  const auto target = targets_.find(attempt->target);
  forget(attempt);
  if (target == targets_.end()) return;
  Origin origin{.role = Role::dialler,
                .address = to_text(remote),
                .target = attempt->target,
                .key = target->second.key,
                .call = ++calls_,
                .source = {}};
  hooks_.on_socket(std::move(attempt->socket), std::move(origin));
}

void Dialler::forget(const std::shared_ptr<Attempt>& attempt) {
  attempt->over = true;
  attempts_.remove(attempt);
}

void Dialler::give_up(const std::shared_ptr<Attempt>& attempt, const std::string& reason) {
  if (attempt->over) return;
  forget(attempt);
  boost::system::error_code ignored;
  attempt->socket.close(ignored);
  failed(attempt->target, attempt->address, reason);
}

void Dialler::answered(TargetId id, const crypto::PublicKey& key) {
  const auto place = targets_.find(id);
  if (place == targets_.end()) return;
  Target& target = place->second;
  target.busy = false;
  target.answered = key;
  target.said.clear();
  target.next = now() + backoff(options_.backoff_first, options_.backoff_most, 0, jitter());
}

void Dialler::failed(TargetId id, const std::string& address, const std::string& reason) {
  const auto place = targets_.find(id);
  if (place == targets_.end()) return;
  Target& target = place->second;
  if (!target.busy) return;
  target.busy = false;
  rest(target);
  if (!is_new(target, address + " " + reason)) return;
  hooks_.on_note(DialFailed{target.organisation, address, reason});
}

bool Dialler::is_new(Target& target, const std::string& what) {
  if (target.said.size() >= kSaidMax) return false;
  return target.said.insert(what).second;
}

void Dialler::gone(const crypto::PublicKey& key, Time::duration lasted) {
  for (auto& [id, target] : targets_) {
    if (target.key != key && target.answered != key) continue;
    if (lasted >= options_.steady_time) target.failures = 0;
    rest(target);
  }
}

void Dialler::rest(Target& target) {
  target.next =
      now() + backoff(options_.backoff_first, options_.backoff_most, target.failures, jitter());
  if (target.failures < 32) ++target.failures;
}

}  // namespace node::net
