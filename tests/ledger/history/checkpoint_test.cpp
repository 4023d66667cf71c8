#include "ledger/history/checkpoint.h"

#include <gtest/gtest.h>

#include "ledger/history/tlog_proof.h"
#include "tests/ledger/history/reference_tree.h"
#include "tests/support/vectors.h"

namespace ledger {
namespace {

using crypto::PrivateKey;

const std::string kOrigin = "ledger.example/ecolabel-test";

// The empty tree: SHA-256("") in base64, as in signed_notes.json.
const std::string kEmpty = kOrigin + "\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

TEST(Checkpoint, CosignersAreNamedBelowTheOrigin) {
  EXPECT_EQ(cosigner_name("a.example/l", "org-1"), "a.example/l/v/org-1");
}

TEST(Checkpoint, IsThreeLines) {
  EXPECT_EQ(format_checkpoint({kOrigin, {0, empty_root()}}), kEmpty);
  const auto checkpoint = parse_checkpoint(kEmpty);
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(*checkpoint, (Checkpoint{kOrigin, {0, empty_root()}}));
  const Checkpoint largest{"o", {~std::uint64_t{0}, reference::leaf("a")}};
  EXPECT_EQ(*parse_checkpoint(format_checkpoint(largest)), largest);
}

TEST(Checkpoint, RefusesEveryOtherForm) {
  const std::string root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
  ASSERT_TRUE(parse_checkpoint("o\n7\n" + root + "\n"));

  for (const std::string& text : {
           std::string(),
           std::string("\n"),
           std::string("\n\n\n"),
           "\n7\n" + root + "\n",
           "o\n7\n" + root,               // no line end
           "o\n7\n" + root + "\n\n",      // an empty line
           "o\n7\n" + root + "\nmore\n",  // an extension line
           "o\n07\n" + root + "\n",
           "o\n+7\n" + root + "\n",
           "o\n-7\n" + root + "\n",
           "o\n7 \n" + root + "\n",
           "o\n\n" + root + "\n",
           "o\n0x7\n" + root + "\n",
           "o\n18446744073709551616\n" + root + "\n",
           "o o\n7\n" + root + "\n",
           "o+o\n7\n" + root + "\n",
           "o\n7\n" + root.substr(1) + "\n",
           "o\n7\nAA" + root + "\n",
           "o\n7\n" + root.substr(0, 42) + "V=\n",  // stray bits: not canonical
           std::string("o\n7\n\n"),
       }) {
    const auto checkpoint = parse_checkpoint(text);
    ASSERT_FALSE(checkpoint) << text;
    EXPECT_EQ(checkpoint.error().code, kCheckpointForm);
  }
}

// ---- The interoperability vectors ----

class Interop : public testing::Test {
 protected:
  Interop() {
    policy_.origin = kOrigin;
    policy_.logs.push_back(*parse_vkey(vectors_["log_keys"][3]["vkey"].get<std::string>()));
    for (const auto& v : vectors_["validator_cosigner_keys"]) {
      policy_.cosigners.push_back(*parse_vkey(v["vkey"].get<std::string>()));
    }
    policy_.quorum = 5;
  }

  static PrivateKey key_of(const nlohmann::json& v) {
    return PrivateKey::from_seed(
        crypto::Secret(*crypto::from_hex(v["seed_hex"].get<std::string>())));
  }

  // A reader over the vectors' log: subtrees by the definition.
  static HashReader reader() {
    return [leaves = reference::vector_leaves(3000)](unsigned level,
                                                     std::uint64_t index) -> std::optional<Hash> {
      const std::size_t count = std::size_t{1} << level;
      if ((index + 1) * count > leaves.size()) return std::nullopt;
      return reference::root(std::span(leaves).subspan(index * count, count));
    };
  }

  TlogProof proof_of(const std::string& file) {
    for (const auto& v : vectors_["tlog_proofs"]) {
      if (v["file"] == file) return *parse_tlog_proof(v["text"].get<std::string>());
    }
    ADD_FAILURE() << file;
    return {};
  }

  const nlohmann::json vectors_ = support::read_vectors("generated/interop_tlog.json");
  const Hash leaf_ = reference::leaf(reference::vector_entry(1234));
  CheckpointPolicy policy_;
};

TEST_F(Interop, KeysFollowFromTheirSeeds) {
  ASSERT_EQ(vectors_["log_keys"].size(), 7U);
  ASSERT_EQ(vectors_["validator_cosigner_keys"].size(), 7U);
  for (const auto& v : vectors_["log_keys"]) {
    EXPECT_EQ(format_vkey({kOrigin, NoteKeyType::ed25519, key_of(v).public_key()}),
              v["vkey"].get<std::string>());
  }
  for (std::size_t i = 0; i < 7; ++i) {
    const auto& v = vectors_["validator_cosigner_keys"][i];
    EXPECT_EQ(format_vkey({kOrigin + "/v" + std::to_string(i), NoteKeyType::cosignature,
                           key_of(v).public_key()}),
              v["vkey"].get<std::string>());
  }
}

TEST_F(Interop, PolicyFileEqualsTheOneThatTorchwoodRead) {
  EXPECT_EQ(format_policy(policy_), vectors_["policy_one"].get<std::string>());
}

TEST_F(Interop, ProofFilesGetTheVerdictOfTorchwood) {
  ASSERT_EQ(vectors_["tlog_proofs"].size(), 5U);
  std::size_t accepted = 0;
  for (const auto& v : vectors_["tlog_proofs"]) {
    const auto proof = parse_tlog_proof(v["text"].get<std::string>());
    ASSERT_TRUE(proof) << v["file"];
    EXPECT_EQ(format_tlog_proof(*proof), v["text"].get<std::string>());
    const auto verdict = verify_tlog_proof(*proof, leaf_, policy_);
    EXPECT_EQ(verdict.has_value(), v["expect"] == "accept") << v["file"];
    if (verdict) ++accepted;
  }
  EXPECT_EQ(accepted, 2U);
}

TEST_F(Interop, RefusalsNameTheirReason) {
  const auto code = [&](const TlogProof& proof) {
    return verify_tlog_proof(proof, leaf_, policy_).error().code;
  };
  EXPECT_EQ(code(proof_of("p_4of7.tlog-proof")), kCheckpointQuorum);
  EXPECT_EQ(code(proof_of("p_dup.tlog-proof")), kCheckpointQuorum);
  EXPECT_EQ(code(proof_of("p_nolog.tlog-proof")), kCheckpointLog);

  const TlogProof good = proof_of("p_ok.tlog-proof");
  const auto verdict = verify_tlog_proof(good, leaf_, policy_);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->checkpoint.head, (TreeHead{3000, support::hash_of_hex(vectors_["root_hex"])}));
  ASSERT_EQ(verdict->cosigners.size(), 5U);
  EXPECT_EQ(verdict->cosigners[1].key, 2U);  // the second line is of v2

  TlogProof other = good;
  ++other.index;
  EXPECT_EQ(code(other), kProofRoot);
  other = good;
  other.hashes.pop_back();
  EXPECT_EQ(code(other), kProofLength);
  EXPECT_FALSE(verify_tlog_proof(good, reference::leaf("another entry"), policy_));
  policy_.origin = "ledger.example/another";
  EXPECT_EQ(code(good), kCheckpointOrigin);
}

// Rebuilt from seeds, entries and the times of signing, every file equals the given one.
TEST_F(Interop, ProofFileIsRebuiltByteForByte) {
  const TlogProof given = proof_of("p_ok.tlog-proof");
  TlogProof made;
  made.extra = "ctx";
  made.index = 1234;
  made.hashes = *inclusion_proof(1234, 3000, reader());
  Note note;
  note.text = format_checkpoint({kOrigin, {3000, *tree_root(3000, reader())}});
  note.lines.push_back(sign_note(kOrigin, key_of(vectors_["log_keys"][3]), note.text));
  const Note given_note = *parse_note(given.checkpoint);
  for (std::size_t i = 1; i < given_note.lines.size(); ++i) {
    const NoteLine& line = given_note.lines[i];
    const auto member = static_cast<std::size_t>(line.name.back() - '0');
    note.lines.push_back(cosign_note(line.name, key_of(vectors_["validator_cosigner_keys"][member]),
                                     note.text, crypto::read_u64(line.payload)));
  }
  made.checkpoint = format_note(note);

  EXPECT_EQ(format_tlog_proof(made), vectors_["tlog_proofs"][0]["text"].get<std::string>());
  EXPECT_EQ(format_spicy(made), vectors_["spicy_file"].get<std::string>());
}

TEST_F(Interop, SpicyFileIsReadAndVerified) {
  const auto proof = parse_tlog_proof(vectors_["spicy_file"].get<std::string>());
  ASSERT_TRUE(proof);
  EXPECT_FALSE(proof->extra);
  EXPECT_TRUE(verify_tlog_proof(*proof, leaf_, policy_));
  EXPECT_EQ(format_spicy(*proof), vectors_["spicy_file"].get<std::string>());
}

TEST_F(Interop, WitnessRequestEqualsTheOneThatLitewitnessTook) {
  Note note;
  note.text = format_checkpoint({kOrigin, {1000, *tree_root(1000, reader())}});
  note.lines.push_back(sign_note(kOrigin, key_of(vectors_["log_keys"][0]), note.text));
  const auto consistency = consistency_proof(300, 1000, reader());
  ASSERT_TRUE(consistency);

  EXPECT_EQ(format_witness_request(300, *consistency, format_note(note)),
            vectors_["witness_request"]["body"].get<std::string>());
}

// No single-byte change of a good file is accepted as saying something else. What may change: the
// extra line, and a line that then is of an unknown key, as long as the quorum stays.
TEST_F(Interop, EveryFlippedByteOfAProofFileIsRefused) {
  const std::string file = vectors_["tlog_proofs"][0]["text"];
  const std::size_t begin = file.find("index ");
  for (std::size_t at = begin; at < file.size(); ++at) {
    std::string changed = file;
    changed[at] ^= 1;
    const auto proof = parse_tlog_proof(changed);
    ASSERT_FALSE(proof && verify_tlog_proof(*proof, leaf_, policy_)) << at;
  }
}

TEST_F(Interop, CutAndSpoiltProofFilesAreMalformed) {
  const std::string file = vectors_["tlog_proofs"][0]["text"];
  const std::string body = file.substr(file.find("index "));
  const std::string hash = "v/xpops91i7aB/ME5VYGjjSGgptojsxDZuis28jbHdA=\n";
  std::string many = "index 1\n";
  for (int i = 0; i < 64; ++i) many += hash;
  ASSERT_TRUE(parse_tlog_proof("c2sp.org/tlog-proof@v1\n" + body));
  ASSERT_TRUE(parse_tlog_proof(many + "\nnote"));

  for (const std::string& text : {
           std::string(),
           std::string("index"),
           std::string("index 1"),
           std::string("index 1\n"),
           "c2sp.org/tlog-proof@v2\n" + body,
           "c2sp.org/tlog-proof@v1\nextra !\n" + body,
           "extra Y3R4\n" + body,  // the short form has none
           "index 01\n\nnote" + std::string(),
           std::string("index -1\n\nnote"),
           std::string("index 18446744073709551616\n\nnote"),
           std::string("index 1\nAAAA\n\nnote"),
           many + hash + "\nnote",
           "c2sp.org/tlog-proof@v1\r\n" + body,
       }) {
    const auto proof = parse_tlog_proof(text);
    ASSERT_FALSE(proof) << text;
    EXPECT_EQ(proof.error().code, kProofForm);
  }
}

TEST(CheckpointPolicy, WithoutLogKeysAsksForCosignaturesOnly) {
  const PrivateKey key = PrivateKey::from_seed(crypto::Secret(Bytes(32, 5)));
  CheckpointPolicy policy;
  policy.origin = kOrigin;
  policy.cosigners.push_back({kOrigin + "/v/a", NoteKeyType::cosignature, key.public_key()});
  policy.quorum = 1;
  Note note{kEmpty, {cosign_note(kOrigin + "/v/a", key, kEmpty, 9)}};

  EXPECT_TRUE(verify_checkpoint(note, policy));
  note.lines[0].payload[9] ^= 1;
  EXPECT_EQ(verify_checkpoint(note, policy).error().code, kNoteSignature);
  note.lines.clear();
  EXPECT_EQ(verify_checkpoint(note, policy).error().code, kCheckpointQuorum);
}

}  // namespace
}  // namespace ledger
