// The genesis file: all that is taken on trust.
import { hex, textOf } from "./bytes.js";
import { encode, fromJson } from "./protobuf.js";
import { tagged } from "./sha256.js";

function only(records, subject, kind) {
  const found = records.filter((record) => record.subject === subject && record[kind] !== null);
  if (found.length !== 1) throw new Error(`it has no ${subject}`);
  return found[0][kind];
}

// {networkId, timeMs, records (their bytes), origin, validators}; throws where it is none.
export function parseGenesis(file) {
  const json = JSON.parse(textOf(file));
  if (json.schema !== "greenledger.genesis/1") throw new Error("its schema is another");
  const records = json.records.map((record) => fromJson("Record", record));
  const networkId = tagged("greenledger/genesis/v1", file);
  const parameters = only(records, "network/parameters", "parameters");
  const { validators } = only(records, "network/validators", "validator_set");
  const id = hex(networkId).slice(0, 8);
  return {
    networkId,
    timeMs: BigInt(json.time_ms),
    records: records.map((record) => encode("Record", record)),
    origin: `${parameters.log_domain}/${parameters.network_name}/${id}`,
    validators: validators.map((one) => ({
      organisation: one.organisation,
      vote: one.vote_key,
      log: one.log_key,
      cosigner: one.cosigner_key,
    })),
  };
}
