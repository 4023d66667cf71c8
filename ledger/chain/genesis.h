// Genesis: one file, the same for all. The network id is the tagged hash of its exact bytes, so two
// networks that differ in one space are two networks.
//
// JSON, "schema": "greenledger.genesis/1":
//   { "schema", "time_ms", "records": [ <protobuf JSON of a Record> … ] }
// The records (founding organisations, schemes, parameters, first validators) are entries of block
// 0 in their order; block 0 has epoch, height and view 0, parent zero, and is final by definition.
#pragma once

#include "crypto/expected.h"
#include "ledger/chain/executor.h"

namespace ledger {

struct Genesis {
  Bytes file;  // exact bytes
  Hash network_id;
  std::uint64_t time_ms = 0;
  std::vector<proto::Record> records;
  std::vector<Bytes> record_bytes;
  proto::Parameters parameters;
};

// The file text for these records; what parse_genesis reads.
Bytes write_genesis(std::uint64_t time_ms, const std::vector<proto::Record>& records);

// E-GENESIS-FORM: not such a document. E-GENESIS-RECORD: a record of it breaks a rule of form; the
// message names the record and the field.
crypto::Result<Genesis> parse_genesis(ByteView file);

// Executes block 0. E-GENESIS-RECORD: a record breaks a rule, or validators or parameters are
// missing.
crypto::Result<ExecutedBlock> execute_genesis(const Genesis& genesis,
                                              std::shared_ptr<const Snapshot> empty);

// "<domain>/<name>/<first 8 hex of the network id>": the origin of all checkpoints (C2SP).
std::string log_origin(const Genesis& genesis);

}  // namespace ledger
