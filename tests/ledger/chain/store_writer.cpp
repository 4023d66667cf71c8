// Writes the chain of written_chain.h into a home and says each height on stdout once it is
// durable, until it is killed or has written enough:
//   store_writer HOME HEIGHT_MAX [FILE_BYTES_MAX]
// With FILE_BYTES_MAX no file can grow beyond it once the store is open: a disk that fills up.
// Exit 3: the home cannot be opened, or what is in it is not the beginning of the chain.
#include <unistd.h>

#include <charconv>
#include <cstdio>

#include "ledger/chain/reader.h"
#include "tests/ledger/chain/scratch_folder.h"
#include "tests/ledger/chain/written_chain.h"

namespace {

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

int fail(const crypto::Error& error) {
  std::fprintf(stderr, "%s: %s\n", error.code.c_str(), error.message.c_str());
  return 3;
}

void acknowledge(std::uint64_t height) {
  const std::string line = std::to_string(height) + "\n";
  CHECK(::write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string home = argv[1];
  const auto height_max = number(argv[2]);
  auto store = ledger::RocksStore::open(tests::written_options(home));
  if (!store) return fail(store.error());
  const auto network_id = tests::written_options(home).network_id;
  auto vote_file = ledger::VoteFile::open(home + "/vote", network_id);
  if (!vote_file) vote_file = ledger::VoteFile::create(home + "/vote", network_id);
  if (!vote_file) return fail(vote_file.error());

  auto head = ledger::read_journal_head(*(*store)->snapshot());
  if (!head) return fail(head.error());
  const auto tip = ledger::ChainReader((*store)->snapshot()).tip();
  if (argc > 3) tests::refuse_writes_beyond(number(argv[3]));
  for (std::uint64_t height = tip ? tip->seal.height + 1 : 0; height <= height_max; ++height) {
    (*store)->write(tests::batch_of(height, *head));
    (*vote_file)->write(tests::slot_of(height, *head));
    acknowledge(height);
  }
  return 0;
}
