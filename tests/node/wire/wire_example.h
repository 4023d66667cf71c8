// One message of every kind, of a network of four validators in its second epoch, with the keyring
// that reads them.
#pragma once

#include "ledger/history/checkpoint.h"
#include "node/wire/read.h"
#include "node/wire/write.h"
#include "tests/node/consensus/core_fixture.h"

namespace node {

inline constexpr std::string_view kOrigin = "log.example/net/01234567";

struct WireExample {
  WireExample() {
    for (Committee* one : {&now, &before, &later}) one->scope.network_id = genesis.network_id;
    keyring.scope = now.scope;
    keyring.validators = now.set;
    keyring.last_scope = before.scope;
    keyring.last_validators = before.set;
    keyring.log_origin = kOrigin;
    first = now.block(1, now.base);
    second = now.block(3, first);
  }

  // Of all that sign, only the shop's operation key is known.
  static std::optional<crypto::PublicKey> find_key(const ledger::SubmissionHeader& header) {
    const crypto::PublicKey key = tests::key_named(header.organisation + "/operation").public_key();
    if (header.organisation != "shop" || header.key_id != crypto::key_id(key)) return std::nullopt;
    return key;
  }
  crypto::Checked<Message> read(crypto::ByteView frame) const {
    return read_message(frame, keyring, find_key);
  }

  ledger::VerifiedSubmission submission(const std::string& line) const {
    return tests::submission(genesis, "shop", {tests::purchase("D1", line, "Acme", "M1")});
  }

  ProposalSent proposal() const {
    const Vote vote = notarize(candidate(3, 1, second));
    return {{now.vote(now.leader(3), vote),
             second,
             {now.certificate(notarize(candidate(1, 0, first))), now.certificate(nullify(2))}},
            {ledger::epoch_entry(*before.certificate(finalize(candidate(77, 70, now.base)))),
             {submission("1")->id, submission("2")->id}}};
  }

  // Signed by validator `who` of `committee`, whose three keys are one (core_fixture.h).
  static CheckpointSent checkpoint(const Committee& committee, std::uint16_t who) {
    CheckpointSent sent;
    sent.epoch = committee.scope.epoch;
    sent.organisation = committee.set.member(who).organisation;
    sent.head = {77, crypto::sha256("tree")};
    sent.note.text = ledger::format_checkpoint({std::string(kOrigin), sent.head});
    const crypto::PrivateKey& key = committee.keys.at(who);
    sent.note.lines = {ledger::sign_note(kOrigin, key, sent.note.text),
                       ledger::cosign_note(ledger::cosigner_name(kOrigin, sent.organisation), key,
                                           sent.note.text, 1'551'398'400)};
    return sent;
  }

  BlockSent block() const {
    return {first, ledger::Body::of(std::vector<crypto::Bytes>{"an entry", "another"})};
  }
  RangeSent range() const {
    const Header third = now.block(4, second);
    return {first.seal.height,
            {block(), {second, {}}},
            {third},
            *now.certificate(finalize(candidate(4, 3, third)))};
  }
  EpochProofsSent epoch_proofs() const {
    std::vector<ledger::ValidatorKeySet> members;
    for (std::size_t i = 0; i < now.set.size(); ++i) members.push_back(now.set.member(i));
    return {0, {{now.base, *before.certificate(finalize(candidate(77, 70, now.base))), members}}};
  }
  SnapshotPart snapshot_part() const {
    SnapshotHead head{first,
                      *now.certificate(finalize(candidate(1, 0, first))),
                      {crypto::sha256("edge")},
                      std::vector<crypto::Hash>(kSubtrees, crypto::sha256("subtree"))};
    return {first.seal.height,
            crypto::sha256("path"),
            head,
            {{"cert/a", "value"}, {"org/b", ""}},
            true};
  }
  ProbeAnswer probe_answer() const {
    ProbeAnswer answer;
    answer.nonce = crypto::sha256("nonce");
    answer.epoch = 1;
    answer.view = 4;
    answer.highest = *now.certificate(nullify(3));
    answer.yours = {now.vote(2, nullify(3)), now.vote(2, notarize(candidate(1, 0, first)))};
    answer.other_incarnation = 9;
    answer.closing_open = true;
    return answer;
  }

  // One of every kind that is written.
  std::vector<Message> all() const {
    PeerStatus status{1, {}, 12};
    status.views.view = 5;
    status.views.final_view = 2;
    status.views.notarized.set(0);
    status.views.nullified.set(255);
    const std::vector<crypto::Hash> ids = {crypto::sha256("a"), crypto::sha256("b")};
    return {now.vote(1, notarize(candidate(1, 0, first))),
            now.certificate(nullify(2)),
            proposal(),
            status,
            Evidence{now.vote(1, nullify(2)), now.vote(1, finalize(candidate(2, 0, first)))},
            LateFinalize{before.vote(3, finalize(candidate(77, 70, now.base)))},
            Announce{ids},
            GetSubmissions{ids},
            SubmissionsSent{{submission("1"), submission("2")}},
            GetBlock{ids[0]},
            block(),
            BlockAbsent{ids[1]},
            GetRange{7, 1000},
            range(),
            GetEpochProofs{6},
            epoch_proofs(),
            GetSnapshot{100, ids[0], 5000},
            snapshot_part(),
            checkpoint(now, 2),
            Probe{ids[0], ids[1], 3},
            probe_answer()};
  }

  ledger::Genesis genesis = tests::make_genesis();
  Committee before{4, 0};
  Committee now{4, 1};
  Committee later{4, 2};
  Header first;
  Header second;
  Keyring keyring;
};

}  // namespace node
