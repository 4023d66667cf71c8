// A network on this machine, for trying and for tests: the homes of its validators with ports on
// loopback, one genesis file, and a client's home with the keys of two members that are no
// validators, so that the first purchase of the README works on it at once.
//
//   <folder>/node0 node1 …   homes; their organisations are v0, v1, …
//   <folder>/client/         genesis.json, keys/<organisation>/{root,operation}.pem,
//                            validators/<organisation>/{node,vote,log,cosigner}.pem
//
// All keys are made in one place and lie there without a passphrase: for development only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "node/runtime/home.h"

namespace node {

inline constexpr std::size_t kTestnetValidatorsMax = 31;
// Of each node: API, operations, peers.
inline constexpr std::uint16_t kTestnetPorts = 3;

struct TestnetOptions {
  std::filesystem::path folder;  // absent or empty
  std::size_t validators = 4;
  std::uint16_t base_port = 8600;  // node i has base_port + 3 i and the two behind it
  std::uint64_t time_ms = 0;       // of the genesis file
};

// The homes. E-TESTNET-SIZE: no validator, too many, or a port above 65,535; E-HOME-EXISTS, and the
// errors of files and keystores.
crypto::Result<std::vector<Home>> make_testnet(const TestnetOptions& options);

// The homes of a testnet that is there; empty: none.
std::vector<Home> find_testnet(const std::filesystem::path& folder);

}  // namespace node
