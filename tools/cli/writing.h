// How verbs write to the ledger: form is checked here, the network comes from the genesis file, the
// organisation's key signs, and the node's answer is shown record by record.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "tools/cli/node_reader.h"
#include "tools/cli/session.h"

namespace tools {

struct WriteFlags {
  std::string dry_run;  // "", "local" or "ledger"
  std::string wait = "final";
  std::uint64_t timeout_s = 120;
};
void add_write_flags(CLI::App& verb, WriteFlags& flags);
void add_dry_run_flag(CLI::App& verb, std::string& dry_run);

// The network of the client's genesis file. E-NETWORK-WRONG: there is no such file; E-GENESIS-….
crypto::Result<crypto::Hash> read_network_id(const Session& session);

// A submitter for --org with the key `key_name` unless --key names one, once the node was found to
// be of the same network.
crypto::Result<std::unique_ptr<Submitter>> make_submitter(Session& session, const WriteFlags& flags,
                                                          const std::string& key_name);

// The place that a new record of `subject` takes: 1 + those that the node knows.
crypto::Result<std::uint64_t> next_place(const Session& session, const std::string& subject);

// What the node says at `path` under `field` that its subject holds now, into `content`; gives the
// place that the next record of the subject takes. E-NOT-FOUND: there is no such subject.
crypto::Result<std::uint64_t> read_present(const Session& session, const NodePath& path,
                                           const std::string& field,
                                           google::protobuf::Message& content);

// The flags of a change leave "the `what`" as it is; `flag` is one that would not.
crypto::Error nothing_changed(const std::string& what, const std::string& flag);

struct Written {
  ExitCode exit = ExitCode::done;
  // Every record is on the ledger by now: what follows on it can be suggested.
  bool is_recorded = false;
};

// Records as they stand; what is wrong with them is printed, as are outcomes. With --dry-run=local
// nothing is read but the records. At most 1,000 records of 512 KiB.
Written write_records(Session& session, const WriteFlags& flags,
                      const std::vector<proto::Record>& records,
                      const std::string& key_name = "operation");

}  // namespace tools
