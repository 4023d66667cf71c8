// The table of all settings: one line a key, and what the key means to the component it belongs to.
#include "node/config.h"

namespace node {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kGiB = 1024 * kMiB;
constexpr std::uint64_t kDayMs = 24 * 3600 * 1000;
// Connections above the soft cap are told so; this many more, and they are closed unheard.
constexpr std::size_t kConnectionsToldMax = 32;
constexpr std::size_t kSeedsMax = 16;

std::uint64_t number(const SettingValue& value) { return std::get<std::uint64_t>(value); }
const std::string& text(const SettingValue& value) { return std::get<std::string>(value); }

// "[::1]:8600" from its two parts and back; the text has been checked.
std::string join_address(const std::string& host, std::uint16_t port) {
  const bool six = host.find(':') != std::string::npos;
  return (six ? "[" + host + "]" : host) + ":" + std::to_string(port);
}
void split_address(const std::string& address, std::string& host, std::uint16_t& port) {
  const auto colon = address.rfind(':');
  const bool bracketed = address.front() == '[';
  host = bracketed ? address.substr(1, colon - 2) : address.substr(0, colon);
  port = static_cast<std::uint16_t>(std::stoul(address.substr(colon + 1)));
}

std::string join_addresses(const std::vector<std::string>& all) {
  std::string text;
  for (const std::string& one : all) text += (text.empty() ? "" : ", ") + one;
  return text;
}

constexpr Setting kSettings[] = {
    {"keys.passphrase_file", SettingKind::path, 0, 0,
     "file with the passphrase of the keystores; empty: systemd credential, else the terminal",
     [](Config& c, const SettingValue& v) { c.passphrase_file = text(v); },
     [](const Config& c) -> SettingValue { return c.passphrase_file; }},
    {"keys.allow_unencrypted", SettingKind::flag, 0, 0,
     "take keystores without a passphrase: for development only",
     [](Config& c, const SettingValue& v) { c.allow_unencrypted_keys = std::get<bool>(v); },
     [](const Config& c) -> SettingValue { return c.allow_unencrypted_keys; }},

    {"api.listen", SettingKind::address, 0, 0, "where the public API listens; port 0: a free one",
     [](Config& c, const SettingValue& v) { split_address(text(v), c.api.address, c.api.port); },
     [](const Config& c) -> SettingValue { return join_address(c.api.address, c.api.port); }},
    {"api.connections_max", SettingKind::count, 1, 10'000, "connections at once",
     [](Config& c, const SettingValue& v) {
       c.api.connections_soft = number(v);
       c.api.connections_hard = number(v) + kConnectionsToldMax;
     },
     [](const Config& c) -> SettingValue { return std::uint64_t{c.api.connections_soft}; }},
    {"api.connections_per_client", SettingKind::count, 1, 10'000,
     "connections at once from one address; loopback is never limited",
     [](Config& c, const SettingValue& v) { c.api.client.connections_max = number(v); },
     [](const Config& c) -> SettingValue { return std::uint64_t{c.api.client.connections_max}; }},
    {"api.requests_per_second", SettingKind::count, 0, 100'000,
     "requests from one address; 0: no limit; loopback is never limited",
     [](Config& c, const SettingValue& v) {
       c.api.client.requests_per_second = static_cast<double>(number(v));
     },
     [](const Config& c) -> SettingValue {
       return static_cast<std::uint64_t>(c.api.client.requests_per_second);
     }},
    {"api.requests_burst", SettingKind::count, 1, 1'000'000,
     "requests that one address may send at once after a pause",
     [](Config& c, const SettingValue& v) {
       c.api.client.requests_burst = static_cast<double>(number(v));
     },
     [](const Config& c) -> SettingValue {
       return static_cast<std::uint64_t>(c.api.client.requests_burst);
     }},
    {"api.streams_max", SettingKind::count, 0, 10'000, "event streams at once",
     [](Config& c, const SettingValue& v) { c.api.streams_max = number(v); },
     [](const Config& c) -> SettingValue { return std::uint64_t{c.api.streams_max}; }},

    {"operations.listen", SettingKind::address, 0, 0,
     "where health and metrics are served; keep it private",
     [](Config& c, const SettingValue& v) {
       split_address(text(v), c.operations.address, c.operations.port);
     },
     [](const Config& c) -> SettingValue {
       return join_address(c.operations.address, c.operations.port);
     }},

    {"peers.listen", SettingKind::addresses, 0, 1,
     "where other nodes reach this one; empty: only this one calls others",
     [](Config& c, const SettingValue& v) {
       c.peers.listen_address.clear();
       if (text(v).empty()) return;
       split_address(split_addresses(text(v)).front(), c.peers.listen_address, c.peers.port);
     },
     [](const Config& c) -> SettingValue {
       const auto& peers = c.peers;
       return peers.listen_address.empty() ? std::string()
                                           : join_address(peers.listen_address, peers.port);
     }},
    {"peers.seeds", SettingKind::addresses, 0, kSeedsMax,
     "nodes to call when the ledger does not know their addresses yet, with commas",
     [](Config& c, const SettingValue& v) { c.peers.seeds = split_addresses(text(v)); },
     [](const Config& c) -> SettingValue { return join_addresses(c.peers.seeds); }},
    {"peers.organisation", SettingKind::organisation, 0, 0,
     "whose node this is; empty: as the ledger says of its keys",
     [](Config& c, const SettingValue& v) { c.organisation = text(v); },
     [](const Config& c) -> SettingValue { return c.organisation; }},
    {"peers.begin_with_state", SettingKind::flag, 0, 0,
     "a new node fetches the newest state first and the history behind it",
     [](Config& c, const SettingValue& v) { c.joins_by_state = std::get<bool>(v); },
     [](const Config& c) -> SettingValue { return c.joins_by_state; }},

    {"peers.penalty_ms", SettingKind::count, 0, 600'000,
     "how long a peer is kept away that sent an invalid frame; doubles each time, to ten minutes",
     [](Config& c, const SettingValue& v) {
       c.peers.penalty_first = std::chrono::milliseconds(number(v));
     },
     [](const Config& c) -> SettingValue {
       return static_cast<std::uint64_t>(c.peers.penalty_first.count());
     }},

    {"witnesses.list", SettingKind::witnesses, 0, kWitnessesMax,
     "outside witnesses that sign the checkpoints: \"VKEY URL, VKEY URL\"",
     [](Config& c, const SettingValue& v) {
       c.witnesses.witnesses = parse_witnesses(text(v)).value_or(std::vector<WitnessOptions>());
     },
     [](const Config& c) -> SettingValue { return format_witnesses(c.witnesses.witnesses); }},
    {"witnesses.interval_ms", SettingKind::count, 100, kDayMs,
     "least time between two requests to one witness; doubles while they fail",
     [](Config& c, const SettingValue& v) { c.witnesses.pace.interval_ms = number(v); },
     [](const Config& c) -> SettingValue { return c.witnesses.pace.interval_ms; }},
    {"witnesses.refresh_ms", SettingKind::count, 1000, kDayMs,
     "without a newer checkpoint the same is signed afresh after this time; also the longest pause",
     [](Config& c, const SettingValue& v) { c.witnesses.pace.refresh_ms = number(v); },
     [](const Config& c) -> SettingValue { return c.witnesses.pace.refresh_ms; }},
    {"witnesses.timeout_ms", SettingKind::count, 100, 600'000, "how long one may take to answer",
     [](Config& c, const SettingValue& v) { c.witnesses.timeout_ms = number(v); },
     [](const Config& c) -> SettingValue { return c.witnesses.timeout_ms; }},
    {"witnesses.ca_file", SettingKind::path, 0, 0,
     "PEM file of who is trusted to name witnesses for https; empty: as the system does",
     [](Config& c, const SettingValue& v) { c.witnesses.ca_file = text(v); },
     [](const Config& c) -> SettingValue { return c.witnesses.ca_file; }},

    {"blocks.interval_ms", SettingKind::count, 0, 60'000,
     "least time between two blocks that are not full",
     [](Config& c, const SettingValue& v) { c.replica.core.block_interval_us = number(v) * 1000; },
     [](const Config& c) -> SettingValue { return c.replica.core.block_interval_us / 1000; }},
    {"blocks.idle_checkpoint_ms", SettingKind::count, 1, kDayMs,
     "the tip is signed as a checkpoint when no block has followed for this long",
     [](Config& c, const SettingValue& v) { c.replica.idle_checkpoint_us = number(v) * 1000; },
     [](const Config& c) -> SettingValue { return c.replica.idle_checkpoint_us / 1000; }},

    {"mempool.size", SettingKind::bytes, kMiB, 16 * kGiB, "submissions that wait for a block",
     [](Config& c, const SettingValue& v) { c.replica.mempool.bytes_max = number(v); },
     [](const Config& c) -> SettingValue { return std::uint64_t{c.replica.mempool.bytes_max}; }},
    {"mempool.organisation_size", SettingKind::bytes, kMiB, 16 * kGiB,
     "the part of it that one organisation may fill while others wait",
     [](Config& c, const SettingValue& v) { c.replica.mempool.organisation_bytes_max = number(v); },
     [](const Config& c) -> SettingValue {
       return std::uint64_t{c.replica.mempool.organisation_bytes_max};
     }},
    {"mempool.submissions_max", SettingKind::count, 1, 10'000'000, "their number",
     [](Config& c, const SettingValue& v) { c.replica.mempool.submissions_max = number(v); },
     [](const Config& c) -> SettingValue {
       return std::uint64_t{c.replica.mempool.submissions_max};
     }},

    {"state.heights_kept", SettingKind::count, 0, ~std::uint64_t{0},
     "heights whose state can be proved; 0: all (an archive). Values are kept for ever",
     [](Config& c, const SettingValue& v) { c.replica.trie_heights_kept = number(v); },
     [](const Config& c) -> SettingValue { return c.replica.trie_heights_kept; }},

    {"store.cache", SettingKind::bytes, 8 * kMiB, 1024 * kGiB,
     "memory for what is read often; store.memtables is a part of it",
     [](Config& c, const SettingValue& v) { c.store.cache_bytes = number(v); },
     [](const Config& c) -> SettingValue { return std::uint64_t{c.store.cache_bytes}; }},
    {"store.memtables", SettingKind::bytes, 4 * kMiB, 64 * kGiB,
     "memory for what was written last, all columns together",
     [](Config& c, const SettingValue& v) { c.store.memtables_bytes = number(v); },
     [](const Config& c) -> SettingValue { return std::uint64_t{c.store.memtables_bytes}; }},
    {"store.memtable", SettingKind::bytes, kMiB, 4 * kGiB, "the same for one column",
     [](Config& c, const SettingValue& v) { c.store.memtable_bytes = number(v); },
     [](const Config& c) -> SettingValue { return std::uint64_t{c.store.memtable_bytes}; }},
    {"store.log", SettingKind::bytes, 4 * kMiB, 64 * kGiB,
     "write-ahead log: what a start after a crash reads again",
     [](Config& c, const SettingValue& v) { c.store.log_bytes = number(v); },
     [](const Config& c) -> SettingValue { return std::uint64_t{c.store.log_bytes}; }},
    {"store.low_space", SettingKind::bytes, 0, 1024 * kGiB,
     "free space on the disk below which no new submissions are taken",
     [](Config& c, const SettingValue& v) { c.space.low_bytes = number(v); },
     [](const Config& c) -> SettingValue { return c.space.low_bytes; }},
    {"store.critical_space", SettingKind::bytes, 0, 1024 * kGiB,
     "free space below which the node stops before it writes",
     [](Config& c, const SettingValue& v) {
       c.space.critical_bytes = c.store.critical_free_bytes = number(v);
     },
     [](const Config& c) -> SettingValue { return c.space.critical_bytes; }},
};

}  // namespace

Config::Config() {
  api.port = 8600;
  api.any_site_reads = true;
  operations.port = 8601;
}

std::span<const Setting> settings() { return kSettings; }

}  // namespace node
