#include "node/runtime/verify.h"

#include "ledger/chain/open.h"
#include "ledger/chain/rocks_store.h"

namespace node {

crypto::Result<VerifyReport> verify_home(const Home& home, bool checksums) {
  const auto genesis = read_genesis(home);
  if (!genesis) return crypto::Unexpected{genesis.error()};
  ledger::RocksOptions options;
  options.path = home.store().string();
  options.network_id = genesis->network_id;
  options.read_only = true;
  auto store = ledger::RocksStore::open(std::move(options));
  if (!store) return crypto::Unexpected{store.error()};
  if (checksums) {
    if (auto read = (*store)->verify_checksums(); !read) return crypto::Unexpected{read.error()};
  }
  const ledger::ChainReader reader((*store)->snapshot());
  const auto report = ledger::check_chain(reader);
  if (!report) return crypto::Unexpected{report.error()};
  return VerifyReport{report->seal.height + 1, report->tree_size, report->hash()};
}

}  // namespace node
