// What was verified before, kept from one proof to the next: the file of `greenledger proof verify
// --save-trust`, greenledger.trust/1. Whoever can change it decides what is believed.
import { hex, unhex } from "./bytes.js";

const SCHEMA = "greenledger.trust/1";

// trust: `head.trust` of a verdict. The anchor of epoch 0 is not known here, and "".
export function writeTrust(trust) {
  const validators = trust.validators.map(({ organisation, vote, log, cosigner }) => ({
    organisation, vote_key: hex(vote), log_key: hex(log), cosigner_key: hex(cosigner),
  }));
  const json = {
    schema: SCHEMA,
    network_id: hex(trust.networkId),
    origin: trust.origin,
    epoch: Number(trust.epoch),
    anchor: trust.anchor === null ? "" : hex(trust.anchor),
    height: Number(trust.height),
    tree_size: Number(trust.size),
    tree_root: hex(trust.root),
    validators,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

const hash = (text) => {
  const bytes = unhex(text);
  if (bytes.length !== 32) throw new Error("a hash or a key has not 32 bytes");
  return bytes;
};

const whole = (number) => {
  if (!Number.isSafeInteger(number) || number < 0) throw new Error("a number is none");
  return BigInt(number);
};

// As verifyBundle takes it; throws on what is no such file.
export function readTrust(text) {
  const json = JSON.parse(text);
  if (json.schema !== SCHEMA) throw new Error("it does not say what was verified before");
  return {
    networkId: hash(json.network_id),
    origin: json.origin,
    epoch: whole(json.epoch),
    anchor: json.anchor === "" ? null : hash(json.anchor),
    height: whole(json.height),
    size: whole(json.tree_size),
    root: hash(json.tree_root),
    validators: json.validators.map((one) => ({
      organisation: one.organisation,
      vote: hash(one.vote_key),
      log: hash(one.log_key),
      cosigner: hash(one.cosigner_key),
    })),
  };
}
