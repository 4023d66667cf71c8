#include "ledger/chain/open.h"

#include "ledger/chain/epoch.h"

namespace ledger {
namespace {

crypto::Unexpected<crypto::Error> damaged(std::uint64_t height, const std::string& what) {
  return {{"E-STORE-DAMAGED",
           "The block at height " + std::to_string(height) + " is damaged: " + what,
           "Restore the node from a backup, or start it with an empty folder and let it fetch the "
           "ledger from its peers."}};
}

crypto::Result<OpenedChain> start_chain(Store& store, const Genesis& genesis) {
  crypto::Result<ExecutedBlock> block = execute_genesis(genesis, store.snapshot());
  if (!block) return Unexpected{std::move(block).error()};
  store.write(commit_batch(*block));
  return OpenedChain{block->header, block->tree.next(), block->trie.root};
}

std::string check_entries(const ChainReader& reader, const HashReader& hashes,
                          const Header& header) {
  const Seal& seal = header.seal;
  if (seal.first_index + seal.count != header.tree_size) return "its count is not its entries'.";
  for (std::uint64_t index = seal.first_index; index < header.tree_size; ++index) {
    const std::optional<Bytes> entry = reader.entry(index);
    if (!entry) return "entry " + std::to_string(index) + " is missing.";
    if (hashes(0, index) != leaf_hash(*entry)) {
      return "entry " + std::to_string(index) + " is not the one in the tree.";
    }
  }
  if (reader.entry(header.tree_size - 1) != encode_seal(seal)) return "its last entry is no seal.";
  if (tree_root(header.tree_size, hashes) != header.tree_root) return "its tree root differs.";
  return "";
}

// A block that became final with a later one of its epoch has no certificate of its own: then that
// one's stands for it, over the parent hashes between them.
std::string check_certificate(const ChainReader& reader, const Header& header) {
  const std::optional<Epoch> epoch = epoch_of(reader, header);
  if (!epoch) return "its validators cannot be read.";
  Header named = header;
  std::optional<Bytes> bytes = reader.certificate(named.seal.height);
  while (!bytes) {
    const std::optional<Header> next = reader.header(named.seal.height + 1);
    if (named.closes_epoch() || !next || next->seal.parent_hash != named.hash()) {
      return "its certificate is missing.";
    }
    named = *next;
    bytes = reader.certificate(named.seal.height);
  }
  const std::optional<Certificate> certificate = decode_certificate(*bytes);
  if (!certificate) return "its certificate cannot be read.";
  if (certificate->vote.kind != VoteKind::finalize ||
      certificate->vote.candidate.block_hash != named.hash()) {
    return "its certificate names another block.";
  }
  const auto verified = verify_certificate(*certificate, epoch->scope, epoch->validators);
  return verified ? "" : verified.error().message;
}

}  // namespace

std::string check_block(const ChainReader& reader, const HashReader& hashes, std::uint64_t height) {
  const std::optional<Header> header = reader.header(height);
  if (!header || header->seal.height != height) return "its header is missing.";
  if (reader.height_of(header->hash()) != height) return "its hash is not in the index.";
  if (height > 0) {
    const std::optional<Header> parent = reader.header(height - 1);
    if (!parent || parent->hash() != header->seal.parent_hash) return "its parent is another.";
    if (parent->tree_size != header->seal.first_index) return "it does not follow its parent.";
  }
  const auto state_root = find_root(reader.snapshot(), height);
  // Of heights below the first root that is kept, the trie was pruned.
  const bool pruned = !state_root && height < reader.tip()->seal.height;
  if (!pruned && (!state_root || state_root->hash() != header->seal.state_root)) {
    return "its state root differs.";
  }
  std::string fault = check_entries(reader, hashes, *header);
  if (fault.empty() && height > 0) fault = check_certificate(reader, *header);
  return fault;
}

crypto::Result<Header> check_chain(const ChainReader& reader) {
  const std::optional<Header> tip = reader.tip();
  if (!tip) return damaged(0, "the store holds no block.");
  const HashReader hashes = read_hashes(reader.shared_snapshot());
  const std::optional<HistoryStart> start = find_history_start(reader.snapshot());
  for (std::uint64_t height = start ? start->height + 1 : 0; height <= tip->seal.height; ++height) {
    if (std::string fault = check_block(reader, hashes, height); !fault.empty()) {
      return damaged(height, fault);
    }
  }
  return *tip;
}

crypto::Result<OpenedChain> open_chain(Store& store, const Genesis& genesis, OpenOptions options) {
  const ChainReader reader(store.snapshot());
  const std::optional<Header> tip = reader.tip();
  if (!tip) return start_chain(store, genesis);
  if (tip->seal.network_id != genesis.network_id) {
    return Unexpected{
        crypto::Error{"E-STORE-NETWORK",
                      "The data folder holds the ledger of network " + tip->seal.network_id.hex() +
                          ", the genesis file is of network " + genesis.network_id.hex() + ".",
                      "Use the genesis file of that network, or an empty data folder."}};
  }
  const HashReader hashes = read_hashes(reader.shared_snapshot());
  const std::optional<HistoryStart> start = find_history_start(reader.snapshot());
  std::uint64_t entries = 0;
  for (std::uint64_t back = 0; back <= tip->seal.height && back < options.blocks_max; ++back) {
    const std::uint64_t height = tip->seal.height - back;
    if (start && height <= start->height) break;
    if (std::string fault = check_block(reader, hashes, height); !fault.empty()) {
      return damaged(height, fault);
    }
    entries += reader.header(height)->seal.count;
    if (entries > options.entries_max) break;
  }
  std::optional<Appender> tree = Appender::open(reader.snapshot(), tip->tree_size);
  if (!tree || tree->head().root != tip->tree_root) {
    return damaged(tip->seal.height, "the history tree does not end with it.");
  }
  const std::optional<TrieRoot> trie_root = find_root(reader.snapshot(), tip->seal.height);
  if (!trie_root) return damaged(tip->seal.height, "its state trie is missing.");
  return OpenedChain{*tip, *std::move(tree), *trie_root};
}

}  // namespace ledger
