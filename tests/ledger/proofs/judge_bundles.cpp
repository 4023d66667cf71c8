// judge_bundles GENESIS: the verdict on each of many files, for the tests that compare verifiers.
//
// Standard input: of each file, u32 size || bytes. Standard output: of each, a line with the code
// of what is wrong, or VALID.
#include <cstdio>
#include <fstream>
#include <iterator>

#include "ledger/chain/genesis.h"
#include "ledger/proofs/verify.h"

namespace {

// nullopt: there is no further file.
std::optional<crypto::Bytes> read_file() {
  crypto::Bytes size(4, '\0');
  if (std::fread(size.data(), 1, size.size(), stdin) != size.size()) return std::nullopt;
  crypto::Bytes file(crypto::read_u32(size), '\0');
  if (std::fread(file.data(), 1, file.size(), stdin) != file.size()) return std::nullopt;
  return file;
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::fprintf(stderr, "usage: judge_bundles GENESIS\n");
    return 2;
  }
  std::ifstream stream(words[1], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  auto genesis = ledger::parse_genesis(text);
  if (!genesis) {
    std::fprintf(stderr, "%s: %s\n", words[1], genesis.error().message.c_str());
    return 2;
  }
  const ledger::Auditor auditor{*std::move(genesis), std::nullopt, {}, 0, 0};
  while (const auto file = read_file()) {
    const ledger::ProofVerdict verdict = ledger::verify_bundle(*file, auditor);
    const std::string_view code = verdict.reason ? verdict.reason->code.name : "VALID";
    std::printf("%.*s\n", static_cast<int>(code.size()), code.data());
  }
  return 0;
}
