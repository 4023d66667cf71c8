// From the validators of genesis, or of a head that was verified before, to those of the head.
import { compareTexts, concat, equal, Fault, number, utf8 } from "./bytes.js";
import { verifySignature } from "./ed25519.js";
import { u64 } from "./protobuf.js";
import { tagged } from "./sha256.js";

export const RULES = 1;

const broken = (what) => {
  throw new Fault("E-BUNDLE-LINK", `The chain of validator sets is broken: ${what}.`);
};

export const quorumOf = (set) => set.length - Math.floor((set.length - 1) / 3);

export function setHash(epoch, set) {
  const members = set.flatMap((one) => {
    const name = utf8(one.organisation);
    return [number(name.length, 2), name, one.vote, one.log, one.cosigner];
  });
  return tagged("greenledger/valset/v1", u64(epoch), number(set.length, 2), ...members);
}

const isSame = (a, b) => ["vote", "log", "cosigner"].every((name) => equal(a[name], b[name]));

function changed(set, changes) {
  const members = new Map(set.map((one) => [one.organisation, one]));
  for (const { organisation, keys } of changes) {
    const old = members.get(organisation);
    const isIdle = keys ? old !== undefined && isSame(old, keys) : old === undefined;
    if (isIdle) broken(`the change of ${organisation} changes nothing`);
    if (keys) members.set(organisation, { organisation, ...keys });
    else members.delete(organisation);
  }
  return [...members.values()].sort((a, b) => compareTexts(a.organisation, b.organisation));
}

// The known epoch behind a link: {epoch, anchor, validators}. The anchor of epoch 0 is null: the
// certificate's signers name it, and it binds nothing that the network id does not bind.
export async function follow(known, link, networkId) {
  const { header, certificate } = link;
  const { seal } = header;
  if (seal.rules > RULES) {
    throw new Fault("E-BUNDLE-RULES", `A link follows rules ${seal.rules}; 1 are known here.`);
  }
  if (seal.rules !== RULES) broken("there never were rules 0");
  if (!equal(seal.networkId, networkId)) broken("a header is of another network");
  if (equal(seal.setHash, seal.nextSetHash)) broken("a header closes no epoch");
  if (seal.firstIndex + seal.count !== header.size) broken("a seal is not the last of its tree");
  if (seal.epoch < known.epoch) broken("a link leads back");
  if (seal.epoch === known.epoch) {
    const isAnchor = known.anchor === null || equal(known.anchor, link.anchor);
    if (link.voters.length > 0 || !isAnchor) broken("a link changes the set that is known");
  }
  const voters = changed(known.validators, link.voters);
  if (!equal(setHash(seal.epoch, voters), seal.setHash)) broken("its voters are others");
  const hash = tagged("greenledger/header/v1", header.bytes);
  const isOfHeader = certificate.epoch === seal.epoch && certificate.height === seal.height &&
    equal(certificate.blockHash, hash);
  if (!isOfHeader) broken("a certificate is of another block");
  await checkCertificate(certificate, voters, known.validators, link.anchor, networkId);
  const validators = changed(voters, link.next);
  const isNext = validators.length > 0 &&
    equal(setHash(seal.epoch + 1n, validators), seal.nextSetHash);
  if (!isNext) broken("the next set is another");
  return { epoch: seal.epoch + 1n, anchor: hash, validators };
}

async function checkCertificate(certificate, voters, known, anchor, networkId) {
  const { epoch, view, parentView, height, blockHash, signers, signatures } = certificate;
  if (certificate.members !== Math.ceil(voters.length / 8) * 8) broken("a bitmap's size is wrong");
  if (signers.some((i) => i >= voters.length)) broken("a signer is no member");
  if (signers.length < quorumOf(voters)) broken("too few have signed");
  const tag = utf8("greenledger/consensus/v1");
  const message = concat(
    Uint8Array.of(tag.length), tag, Uint8Array.of(3), networkId, u64(epoch), anchor, u64(view),
    u64(parentView), u64(height), blockHash,
  );
  let trusted = 0;
  for (const [i, signer] of signers.entries()) {
    const voter = voters[signer];
    const isRight = await verifySignature(voter.vote, signatures[i], message);
    if (!isRight) broken("a signature is wrong");
    const before = known.find((one) => one.organisation === voter.organisation);
    if (before && equal(before.vote, voter.vote)) ++trusted;
  }
  if (trusted < quorumOf(known)) broken("too few of the known validators have signed");
}
