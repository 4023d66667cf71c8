#include "node/runtime/backup.h"

#include <algorithm>
#include <ctime>

#include "crypto/private_file.h"
#include "ledger/chain/file_bytes.h"
#include "ledger/chain/open.h"
#include "ledger/chain/rocks_store.h"
#include "ledger/chain/store_folder.h"
#include "ledger/records/date.h"
#include "node/config.h"

namespace node {
namespace {

namespace fs = std::filesystem;
using crypto::Unexpected;
using ledger::backup_error;
using ledger::BackupFile;
using ledger::BackupManifest;
using ledger::StoreFolder;

constexpr std::size_t kManifestBytesMax = 64 * 1024 * 1024;
constexpr unsigned kPublicFile = 0644;

bool is_free(const fs::path& folder) {
  std::error_code error;
  return !fs::exists(folder, error) ||
         (fs::is_directory(folder, error) && fs::is_empty(folder, error));
}

// Removes what was made so far, unless all of it is there.
class Folder {
 public:
  explicit Folder(fs::path path) : path_(std::move(path)) {}
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code error;
    if (!kept_) fs::remove_all(path_, error);
  }

  crypto::Result<void> make() {
    std::error_code error;
    fs::create_directories(path_ / "db", error);
    if (!error) fs::permissions(path_, fs::perms::owner_all, error);
    if (!error) return {};
    return Unexpected{backup_error("E-BACKUP-FILE",
                                   path_.string() + " cannot be made: " + error.message() + ".",
                                   "Name a folder in which you may write.")};
  }
  void keep() { kept_ = true; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  bool kept_ = false;
};

// What a store holds, once its newest blocks are found whole.
struct Contents {
  ledger::Header tip;
  proto::ValidatorSet validators;
};

crypto::Result<Contents> look_into(const fs::path& store_path, const ledger::Genesis& genesis) {
  ledger::RocksOptions options;
  options.path = store_path.string();
  options.network_id = genesis.network_id;
  options.read_only = true;
  auto store = ledger::RocksStore::open(std::move(options));
  if (!store) return Unexpected{store.error()};
  const ledger::ChainReader reader((*store)->snapshot());
  if (!reader.tip()) {
    return Unexpected{backup_error(std::string(ledger::kStoreAbsent),
                                   store_path.string() + " holds no ledger.",
                                   "Start the node once before a backup is made of it.")};
  }
  auto chain = ledger::open_chain(**store, genesis, {});
  if (!chain) return Unexpected{chain.error()};
  Contents contents{chain->tip, {}};
  const auto value = reader.subject("network/validators", chain->tip.seal.height);
  if (value && !contents.validators.ParseFromString(value->body)) contents.validators.Clear();
  return contents;
}

crypto::Result<void> copy_store(const fs::path& store, const fs::path& to,
                                std::vector<BackupFile>& files) {
  const auto names = ledger::file_names(store);
  if (!names) return Unexpected{names.error()};
  for (const std::string& name : *names) {
    if (name == "LOCK") continue;  // RocksDB's, empty, made at each opening
    auto copied = ledger::copy_file(store, to / "db", name);
    if (!copied) return Unexpected{copied.error()};
    copied->path = "db/" + name;
    files.push_back(*std::move(copied));
  }
  return {};
}

// Of a node that runs: through it. Of one that does not: under a lock that keeps it from starting.
crypto::Result<void> copy_ledger(const Home& home, const ledger::Genesis& genesis,
                                 const fs::path& to, const OperationsAddress& operations,
                                 std::vector<BackupFile>& files) {
  const auto lock =
      StoreFolder::claim(home.store().string(), genesis.network_id, StoreFolder::Access::read_only);
  if (lock) return copy_store(home.store(), to, files);
  if (lock.error().code != ledger::kStoreLocked) return Unexpected{lock.error()};
  if (auto asked = ask_for_checkpoint(operations); !asked) return asked;
  auto copied = copy_store(home.checkpoint(), to, files);
  std::error_code error;
  fs::remove_all(home.checkpoint(), error);
  return copied;
}

crypto::Result<BackupManifest> read_manifest(const fs::path& folder) {
  const auto text =
      ledger::read_small_file((folder / ledger::kBackupName).string(), kManifestBytesMax);
  if (!text) {
    return Unexpected{backup_error(
        "E-BACKUP-ABSENT", folder.string() + " holds no finished backup: " + text.error() + ".",
        "Name the folder that greenledgerd backup --to made.")};
  }
  return ledger::parse_manifest(*text);
}

crypto::Error damaged(const std::string& what) {
  return backup_error("E-BACKUP-DAMAGED", what,
                      "Take another backup, or make a new home (greenledgerd init): the node "
                      "fetches the ledger from its peers.");
}

crypto::Result<void> copy_back(const fs::path& from, const fs::path& to,
                               const BackupManifest& manifest) {
  for (const BackupFile& file : manifest.files) {
    std::error_code error;
    if (!fs::exists(from / file.path, error)) {
      return Unexpected{damaged((from / file.path).string() + " is missing.")};
    }
    const auto copied = ledger::copy_file(from, to, file.path);
    if (!copied) return Unexpected{copied.error()};
    if (*copied != file) {
      return Unexpected{
          damaged((from / file.path).string() + " is not the file that was backed up.")};
    }
  }
  return {};
}

// Whoever holds the only vote key has nobody to ask what it signed after the backup.
crypto::Result<void> refuse_alone(const proto::ValidatorSet& validators,
                                  const std::vector<KeyFile>& keys) {
  const bool votes = std::any_of(keys.begin(), keys.end(),
                                 [](const KeyFile& key) { return key.name == "vote.pem"; });
  if (!votes || validators.validators_size() != 1) return {};
  return Unexpected{backup_error(
      "E-VOTE-ALONE",
      "This node is the only validator, so nobody can say what it signed after the backup.",
      "Put its newest store and vote file into its home, db and vote, as they are; without --keys "
      "a home is made that does not vote.")};
}

crypto::Result<void> finish_home(const Home& home, const std::vector<KeyFile>& keys) {
  if (auto written = write_key_files(home.root / "keys", keys); !written) return written;
  std::error_code error;
  if (!fs::exists(home.config(), error)) {
    auto written = crypto::create_file(home.config(), commented_config(), kPublicFile);
    if (!written) return written;
  }
  return mark_recovery(home);
}

}  // namespace

crypto::Result<BackupManifest> make_backup(const Home& home, const fs::path& to,
                                           const OperationsAddress& operations) {
  const auto genesis = read_genesis(home);
  if (!genesis) return Unexpected{genesis.error()};
  if (!is_free(to)) {
    return Unexpected{backup_error("E-BACKUP-EXISTS", to.string() + " is not empty.",
                                   "Name a folder that does not exist yet.")};
  }
  Folder folder(to);
  if (auto made = folder.make(); !made) return Unexpected{made.error()};
  BackupManifest manifest;
  auto copied = copy_ledger(home, *genesis, to, operations, manifest.files);
  if (!copied) return Unexpected{copied.error()};
  std::error_code error;
  for (const char* name : {"genesis.json", "node.toml"}) {
    if (!fs::exists(home.root / name, error)) continue;
    auto file = ledger::copy_file(home.root, to, name);
    if (!file) return Unexpected{file.error()};
    manifest.files.push_back(*std::move(file));
  }
  const auto contents = look_into(to / "db", *genesis);
  if (!contents) return Unexpected{contents.error()};
  manifest.network_id = genesis->network_id;
  manifest.made_at = ledger::second_text(static_cast<std::uint64_t>(std::time(nullptr)) * 1000);
  manifest.height = contents->tip.seal.height;
  manifest.tip = contents->tip.hash();
  manifest.tree_size = contents->tip.tree_size;
  manifest.tree_root = contents->tip.tree_root;
  if (auto synced = ledger::sync_folder((to / "db").string()); !synced) {
    return Unexpected{backup_error("E-BACKUP-FILE", synced.error() + ".", "Try another disk.")};
  }
  auto written =
      crypto::create_file(to / ledger::kBackupName, ledger::write_manifest(manifest), kPublicFile);
  if (!written) return Unexpected{written.error()};
  folder.keep();
  return manifest;
}

crypto::Result<BackupManifest> restore_backup(const Home& home, const fs::path& from,
                                              const fs::path& keys) {
  if (!is_free(home.root)) {
    return Unexpected{backup_error("E-HOME-EXISTS", home.root.string() + " is not empty.",
                                   "Name a folder that does not exist yet; to let the node there "
                                   "vote again use greenledgerd recover.")};
  }
  auto manifest = read_manifest(from);
  if (!manifest) return manifest;
  fs::path beside = home.root;
  beside += ".restoring";
  std::error_code error;
  fs::remove_all(beside, error);
  Folder folder(beside);
  if (auto made = folder.make(); !made) return Unexpected{made.error()};
  const Home fresh{beside};
  if (auto copied = copy_back(from, beside, *manifest); !copied) return Unexpected{copied.error()};
  const auto genesis = read_genesis(fresh);
  if (!genesis || genesis->network_id != manifest->network_id) {
    return Unexpected{damaged("The genesis file in " + from.string() + " is of another network.")};
  }
  const auto contents = look_into(fresh.store(), *genesis);
  if (!contents) return Unexpected{contents.error()};
  if (contents->tip.hash() != manifest->tip) {
    return Unexpected{damaged("The store in " + from.string() + " is not the ledger it names.")};
  }
  std::vector<KeyFile> files;
  if (!keys.empty()) {
    auto read = read_key_files(keys, contents->validators);
    if (!read) return Unexpected{read.error()};
    files = *std::move(read);
    if (auto free = refuse_alone(contents->validators, files); !free) {
      return Unexpected{free.error()};
    }
  }
  if (auto done = finish_home(fresh, files); !done) return Unexpected{done.error()};
  fs::remove(home.root, error);  // it is empty
  fs::rename(beside, home.root, error);
  if (error) {
    return Unexpected{backup_error("E-BACKUP-FILE",
                                   home.root.string() + " cannot be made: " + error.message() + ".",
                                   "Name a folder in which you may write.")};
  }
  folder.keep();
  return manifest;
}

crypto::Result<void> make_checkpoint(const Home& home, const ledger::RocksStore& store) {
  std::error_code error;
  fs::remove_all(home.checkpoint(), error);
  return store.checkpoint(home.checkpoint().string());
}

}  // namespace node
