#include "ledger/chain/rocks_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/utilities/table_properties_collectors.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>

#include "ledger/chain/store_folder.h"

namespace ledger {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

// In the column family that every RocksDB has, and that holds nothing else here.
constexpr std::string_view kVersionKey = "version";
constexpr std::string_view kNetworkKey = "network";

constexpr std::size_t kPathBytes = 32;  // first part of every key of Column::values
constexpr double kBloomBitsPerKey = 10;

enum class Filter : std::uint8_t { none, whole_key, prefix };

// What the bytes of a column are like, and what that asks of its files.
struct ColumnShape {
  Column column;
  const char* name;  // of the column family; part of the format
  rocksdb::CompressionType compression;
  std::size_t block_bytes;
  Filter filter;
  bool deletes;  // rows die young: compact files that are mostly tombstones
};

constexpr auto kPlain = rocksdb::kNoCompression;  // hashes do not shrink
constexpr auto kZstd = rocksdb::kZSTD;
constexpr std::size_t kKiB = 1024;

constexpr std::array<ColumnShape, kColumnCount> kShapes{{
    {Column::entries, "entries", kZstd, 16 * kKiB, Filter::none, false},
    {Column::tiles, "tiles", kPlain, 8 * kKiB, Filter::none, false},
    {Column::nodes, "nodes", kPlain, 4 * kKiB, Filter::whole_key, true},
    {Column::roots, "roots", kPlain, 4 * kKiB, Filter::none, false},
    {Column::values, "values", kZstd, 8 * kKiB, Filter::prefix, false},
    {Column::stale, "stale", kZstd, 16 * kKiB, Filter::none, true},
    {Column::blocks, "blocks", kZstd, 8 * kKiB, Filter::none, false},
    {Column::block_hashes, "block_hashes", kPlain, 4 * kKiB, Filter::whole_key, false},
    {Column::pending, "pending", kZstd, 16 * kKiB, Filter::none, true},
    {Column::certificates, "certificates", kPlain, 8 * kKiB, Filter::none, false},
    {Column::checkpoints, "checkpoints", kZstd, 8 * kKiB, Filter::none, false},
    {Column::submissions, "submissions", kPlain, 4 * kKiB, Filter::whole_key, false},
    {Column::indexes, "indexes", kZstd, 16 * kKiB, Filter::none, false},
    {Column::meta, "meta", kPlain, 4 * kKiB, Filter::none, false},
}};

constexpr bool shapes_follow_the_columns() {
  for (std::size_t i = 0; i < kColumnCount; ++i) {
    if (static_cast<std::size_t>(kShapes[i].column) != i) return false;
  }
  return true;
}
static_assert(shapes_follow_the_columns());

// RocksDB's own log file aborts the process when the disk is full; lines go to the node's log.
class LineLogger final : public rocksdb::Logger {
 public:
  explicit LineLogger(std::function<void(StoreSeverity, std::string_view)> sink)
      : rocksdb::Logger(rocksdb::WARN_LEVEL), sink_(std::move(sink)) {}

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    take(StoreSeverity::note, format, arguments);
  }
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < GetInfoLogLevel() || level == rocksdb::HEADER_LEVEL) return;
    take(level == rocksdb::WARN_LEVEL ? StoreSeverity::warning : StoreSeverity::error, format,
         arguments);
  }

 private:
  void take(StoreSeverity severity, const char* format, va_list arguments) {
    if (!sink_) return;
    std::array<char, kStoreLogLineBytes + 1> line{};
    std::vsnprintf(line.data(), line.size(), format, arguments);
    sink_(severity, line.data());
  }

  std::function<void(StoreSeverity, std::string_view)> sink_;
};

[[noreturn]] void stop(const std::string& doing, const rocksdb::Status& status) {
  const bool damaged = status.IsCorruption();
  const char* const means =
      damaged ? "the store is damaged (E-STORE-DAMAGED): restore a backup, or start with an empty "
                "folder and let the node fetch the ledger from its peers"
              : "the node stops, because what was written is unknown until it is opened again";
  const std::string message =
      "the store failed while " + doing + ": " + status.ToString() + "; " + means;
  crypto::fatal(message.c_str(), damaged ? kDamageExit : 1);
}

// A flush, compaction or log that fails behind our back is as bad as a write that fails.
class StopOnError final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* status) override {
    switch (reason) {
      case rocksdb::BackgroundErrorReason::kFlush:
      case rocksdb::BackgroundErrorReason::kFlushNoWAL:
        stop("moving rows from memory to a table", *status);
      case rocksdb::BackgroundErrorReason::kCompaction:
        stop("merging tables", *status);
      case rocksdb::BackgroundErrorReason::kWriteCallback:
        stop("writing its log", *status);
      case rocksdb::BackgroundErrorReason::kMemTable:
        stop("filling its memory", *status);
      case rocksdb::BackgroundErrorReason::kManifestWrite:
      case rocksdb::BackgroundErrorReason::kManifestWriteNoWAL:
        stop("writing its list of files", *status);
    }
    stop("working", *status);
  }
};

rocksdb::DBOptions database_options(const RocksOptions& options, bool create,
                                    std::shared_ptr<rocksdb::Logger> logger,
                                    std::shared_ptr<rocksdb::Cache> cache) {
  rocksdb::DBOptions db;
  db.create_if_missing = create;
  db.create_missing_column_families = create;
  db.info_log = std::move(logger);
  db.info_log_level = rocksdb::WARN_LEVEL;
  db.listeners.push_back(std::make_shared<StopOnError>());
  // What is damaged must be seen, at the price of a little work.
  db.paranoid_checks = true;
  db.verify_sst_unique_id_in_manifest = true;
  db.track_and_verify_wals_in_manifest = true;
  db.fail_if_options_file_error = true;
  // The other modes forget acknowledged rows without a word, or refuse after a kill.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  db.recycle_log_file_num = 0;
  db.wal_bytes_per_sync = 0;
  db.manual_wal_flush = false;
  db.wal_compression = rocksdb::kNoCompression;
  db.best_efforts_recovery = false;
  db.max_bgerror_resume_count = 0;  // retrying a failed sync acknowledges what is not there
  db.max_background_jobs = 2;
  db.max_open_files = 256;
  db.max_total_wal_size = options.log_bytes;
  db.bytes_per_sync = std::uint64_t{1} << 20U;
  db.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(options.memtables_bytes, std::move(cache));
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  return db;
}

rocksdb::ColumnFamilyOptions column_options(const ColumnShape& shape, const RocksOptions& options,
                                            std::shared_ptr<rocksdb::Cache> cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = std::move(cache);
  table.block_size = shape.block_bytes;
  table.cache_index_and_filter_blocks = true;  // so that they count into the same bound
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  if (shape.filter != Filter::none) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
    table.whole_key_filtering = shape.filter == Filter::whole_key;
  }
  rocksdb::ColumnFamilyOptions column;
  column.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  if (shape.filter == Filter::prefix) {
    column.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(kPathBytes));
    column.memtable_prefix_bloom_size_ratio = 0.05;
  }
  column.compression = shape.compression;
  column.write_buffer_size = options.memtable_bytes;
  column.max_write_buffer_number = 3;  // writing goes on while one is moved to a table
  column.level_compaction_dynamic_level_bytes = true;
  column.force_consistency_checks = true;
  column.paranoid_file_checks = true;
  if (shape.deletes) {
    // A scan from the front must not wade through what was removed long ago.
    column.table_properties_collector_factories.push_back(
        rocksdb::NewCompactOnDeletionCollectorFactory(4096, 2048, 0.5));
  }
  return column;
}

std::vector<rocksdb::ColumnFamilyDescriptor> column_descriptors(
    const RocksOptions& options, const std::shared_ptr<rocksdb::Cache>& cache) {
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName,
                           column_options(kShapes.back(), options, cache));
  for (const auto& shape : kShapes) {
    descriptors.emplace_back(shape.name, column_options(shape, options, cache));
  }
  return descriptors;
}

Error open_error(const std::string& path, const rocksdb::Status& status) {
  const std::string reason = status.ToString();
  if (status.IsNoSpace()) {
    return {std::string(kStoreSpace), "The disk of the store " + path + " is full: " + reason,
            "Free space on it and start again; nothing that was acknowledged is lost."};
  }
  if (reason.find("lock file") != std::string::npos ||
      reason.find("lock hold") != std::string::npos) {
    return {std::string(kStoreLocked), "Another process is using the store " + path + ": " + reason,
            "Stop it, or wait until it has ended."};
  }
  if (status.IsIOError() && reason.find("Permission denied") != std::string::npos) {
    return {std::string(kStoreOpen), "The store " + path + " cannot be opened: " + reason,
            "Give the folder and its files to the user the node runs as."};
  }
  return {std::string(kStoreDamaged), "The store " + path + " is damaged: " + reason,
          "Keep the folder for inquiry, then restore a backup or start with an empty one: the "
          "node fetches the ledger from its peers again."};
}

Bytes encoded_version() {
  Bytes bytes;
  crypto::append_u32(bytes, kStoreVersion1);
  return bytes;
}

// RocksDB finds the place of a row in memory by starting from that of the row before: in order of
// keys this is half the work. Operations on one key keep their order.
std::vector<const WriteBatch::Operation*> in_key_order(const WriteBatch& batch) {
  std::vector<const WriteBatch::Operation*> sorted;
  sorted.reserve(batch.operations.size());
  for (const auto& operation : batch.operations) sorted.push_back(&operation);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
    if (a->column != b->column) return a->column < b->column;
    const int order = a->key.compare(b->key);
    return order != 0 ? order < 0 : a < b;
  });
  return sorted;
}

bool shares_prefix(ByteView key, ByteView from, std::size_t size) {
  return key.substr(0, size) == from.substr(0, size);
}

}  // namespace

// Owned by the store and by each of its snapshots. Debian's RocksDB aborts when a column handle
// outlives the database, hence the order here.
struct RocksStore::Database {
  Database(RocksOptions options_, StoreFolder folder_)
      : options(std::move(options_)), folder(std::move(folder_)) {}
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  Result<void> open();
  Result<void> check_meta() const;
  Result<void> write_meta();
  rocksdb::ColumnFamilyHandle* handle(Column column) const {
    return handles[static_cast<std::size_t>(column) + 1];  // the first is RocksDB's own
  }

  RocksOptions options;
  StoreFolder folder;  // its lock is given up last
  std::shared_ptr<rocksdb::Cache> cache;
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
};

RocksStore::Database::~Database() {
  for (auto* each : handles) db->DestroyColumnFamilyHandle(each);
  if (db) db->Close().PermitUncheckedError();
}

Result<void> RocksStore::Database::open() {
  rocksdb::LRUCacheOptions cache_options;
  cache_options.capacity = options.cache_bytes;
  cache_options.num_shard_bits = 2;
  cache_options.high_pri_pool_ratio = 0.3;
  cache = rocksdb::NewLRUCache(cache_options);
  const auto logger = std::make_shared<LineLogger>(options.log);
  const auto db_options = database_options(options, folder.is_new(), logger, cache);
  const auto columns = column_descriptors(options, cache);
  rocksdb::DB* raw = nullptr;
  const auto status =
      options.read_only
          ? rocksdb::DB::OpenForReadOnly(db_options, folder.path(), columns, &handles, &raw)
          : rocksdb::DB::Open(db_options, folder.path(), columns, &handles, &raw);
  db.reset(raw);
  if (!status.ok()) {
    handles.clear();
    return Unexpected{open_error(folder.path(), status)};
  }
  if (!folder.is_new()) return check_meta();
  return write_meta();
}

Result<void> RocksStore::Database::check_meta() const {
  std::string version;
  std::string network;
  const rocksdb::ReadOptions read;
  auto status = db->Get(read, handles.front(), kVersionKey, &version);
  if (status.ok()) status = db->Get(read, handles.front(), kNetworkKey, &network);
  if (!status.ok()) return Unexpected{open_error(folder.path(), status)};
  if (version != encoded_version() || network != options.network_id.view()) {
    return Unexpected{Error{std::string(kStoreDamaged),
                            "The store " + folder.path() +
                                " says inside that it is of another network or version than its "
                                "store.id says.",
                            "Put the folder back as it was: its files come from two stores."}};
  }
  return {};
}

Result<void> RocksStore::Database::write_meta() {
  rocksdb::WriteBatch batch;
  auto status = batch.Put(handles.front(), kVersionKey, encoded_version());
  if (status.ok()) {
    status = batch.Put(handles.front(), kNetworkKey, options.network_id.view());
  }
  rocksdb::WriteOptions write;
  write.sync = true;
  if (status.ok()) status = db->Write(write, &batch);
  if (!status.ok()) return Unexpected{open_error(folder.path(), status)};
  return folder.mark_ready();
}

class RocksStore::View final : public Snapshot {
 public:
  explicit View(std::shared_ptr<Database> database)
      : database_(std::move(database)), moment_(database_->db->GetSnapshot()) {}
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  ~View() override { database_->db->ReleaseSnapshot(moment_); }

  std::optional<Bytes> get(Column column, ByteView key) const override {
    rocksdb::PinnableSlice value;
    const auto status = database_->db->Get(reading(true), database_->handle(column), key, &value);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) stop("reading " + name(column), status);
    return Bytes(value.data(), value.size());
  }

  std::optional<KeyValue> seek(Column column, ByteView from,
                               std::size_t prefix_size) const override {
    // Within one path the prefix filter answers for tables that lack it, without reading them. Not
    // prefix_same_as_start: that asserts when a key shorter than a path comes after it.
    const bool one_path =
        column == Column::values && prefix_size >= kPathBytes && from.size() >= kPathBytes;
    const auto it = iterator(column, !one_path);
    it->Seek(from);
    auto found = current(column, *it);
    if (found && !shares_prefix(found->key, from, prefix_size)) return std::nullopt;
    return found;
  }

  void scan(Column column, ByteView from, ByteView until, const Visit& visit) const override {
    const rocksdb::Slice bound(until);
    rocksdb::ReadOptions read = reading(true);
    if (!until.empty()) read.iterate_upper_bound = &bound;
    const std::unique_ptr<rocksdb::Iterator> it(
        database_->db->NewIterator(read, database_->handle(column)));
    for (it->Seek(from); it->Valid(); it->Next()) {
      if (!visit(it->key().ToStringView(), it->value().ToStringView())) return;
    }
    if (!it->status().ok()) stop("reading " + name(column), it->status());
  }

  std::optional<KeyValue> seek_back(Column column, ByteView at) const override {
    const auto it = iterator(column, true);
    it->SeekForPrev(at);
    return current(column, *it);
  }

 private:
  static std::string name(Column column) { return kShapes[static_cast<std::size_t>(column)].name; }

  rocksdb::ReadOptions reading(bool any_prefix) const {
    rocksdb::ReadOptions read;
    read.snapshot = moment_;
    read.verify_checksums = true;
    read.total_order_seek = any_prefix;
    return read;
  }

  std::unique_ptr<rocksdb::Iterator> iterator(Column column, bool any_prefix) const {
    return std::unique_ptr<rocksdb::Iterator>(
        database_->db->NewIterator(reading(any_prefix), database_->handle(column)));
  }

  static std::optional<KeyValue> current(Column column, const rocksdb::Iterator& it) {
    if (it.Valid()) return KeyValue{it.key().ToString(), it.value().ToString()};
    if (!it.status().ok()) stop("reading " + name(column), it.status());
    return std::nullopt;
  }

  std::shared_ptr<Database> database_;
  const rocksdb::Snapshot* moment_;
};

RocksStore::RocksStore(std::shared_ptr<Database> database) : database_(std::move(database)) {}

Result<std::unique_ptr<RocksStore>> RocksStore::open(RocksOptions options) {
  const auto access =
      options.read_only ? StoreFolder::Access::read_only : StoreFolder::Access::write;
  auto folder = StoreFolder::claim(options.path, options.network_id, access);
  if (!folder) return Unexpected{std::move(folder).error()};
  if (!options.read_only) {
    const auto room = free_bytes(options.path);
    if (!room) return Unexpected{room.error()};
    if (*room < options.critical_free_bytes) {
      return Unexpected{Error{std::string(kStoreSpace),
                              "The disk of the store " + options.path + " has " +
                                  std::to_string(*room) + " bytes free; the node needs " +
                                  std::to_string(options.critical_free_bytes) + ".",
                              "Free space on it and start again."}};
    }
  }
  auto database = std::make_shared<Database>(std::move(options), std::move(*folder));
  if (auto opened = database->open(); !opened) return Unexpected{std::move(opened).error()};
  return std::unique_ptr<RocksStore>(new RocksStore(std::move(database)));
}

std::shared_ptr<const Snapshot> RocksStore::snapshot() const {
  return std::make_shared<View>(database_);
}

void RocksStore::write(WriteBatch batch) { write(std::move(batch), Sync::yes); }

void RocksStore::write_unsynced(WriteBatch batch) { write(std::move(batch), Sync::no); }

void RocksStore::sync() {
  const auto status = database_->db->SyncWAL();
  if (!status.ok()) stop("syncing the log", status);
}

void RocksStore::write(WriteBatch batch, Sync sync) {
  CHECK(!database_->options.read_only);
  if (batch.empty()) return;
  if (const auto room = free_bytes(database_->options.path);
      room && *room < database_->options.critical_free_bytes) {
    crypto::fatal("the disk of the store is almost full; the node stops before it writes");
  }
  std::size_t bytes = 0;
  for (const auto& operation : batch.operations) {
    bytes += operation.key.size() + (operation.value ? operation.value->size() : 0) + 16;
  }
  rocksdb::WriteBatch rows(bytes);
  for (const auto* operation : in_key_order(batch)) {
    auto* const column = database_->handle(operation->column);
    const auto status = operation->value ? rows.Put(column, operation->key, *operation->value)
                                         : rows.Delete(column, operation->key);
    if (!status.ok()) stop("gathering a batch", status);
  }
  rocksdb::WriteOptions write;
  write.sync = sync == Sync::yes;
  const auto status = database_->db->Write(write, &rows);
  if (!status.ok()) stop("writing a batch", status);
}

Result<void> RocksStore::verify_checksums() const {
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  const auto status = database_->db->VerifyChecksum(read);
  if (!status.ok()) return Unexpected{open_error(database_->folder.path(), status)};
  return {};
}

Result<void> RocksStore::checkpoint(const std::string& path) const {
  rocksdb::Checkpoint* raw = nullptr;
  auto status = rocksdb::Checkpoint::Create(database_->db.get(), &raw);
  const std::unique_ptr<rocksdb::Checkpoint> maker(raw);
  // With what is in memory moved to tables: what is copied need not replay a log.
  if (status.ok()) status = maker->CreateCheckpoint(path, 0);
  if (!status.ok()) {
    return Unexpected{Error{std::string(status.IsNoSpace() ? kStoreSpace : kStoreOpen),
                            "No checkpoint can be made in " + path + ": " + status.ToString(),
                            "Free space on the disk of the store, and give the folder to the user "
                            "the node runs as."}};
  }
  return database_->folder.copy_identity(path);
}

RocksStore::Sizes RocksStore::sizes() const {
  Sizes sizes;
  for (const auto& shape : kShapes) sizes.tables += column_bytes(shape.column);
  std::uint64_t readers = 0;
  std::uint64_t value = 0;
  for (const auto& shape : kShapes) {
    auto* const column = database_->handle(shape.column);
    if (database_->db->GetIntProperty(column, rocksdb::DB::Properties::kEstimateTableReadersMem,
                                      &value)) {
      readers += value;
    }
  }
  sizes.memory = readers + database_->cache->GetUsage();  // memtables count into the cache
  rocksdb::VectorLogPtr logs;
  if (database_->db->GetSortedWalFiles(logs).ok()) {
    for (const auto& log : logs) sizes.logs += log->SizeFileBytes();
  }
  return sizes;
}

std::uint64_t RocksStore::column_bytes(Column column) const {
  std::uint64_t bytes = 0;
  database_->db->GetIntProperty(database_->handle(column),
                                rocksdb::DB::Properties::kTotalSstFilesSize, &bytes);
  return bytes;
}

void RocksStore::compact() {
  for (const auto& shape : kShapes) {
    rocksdb::CompactRangeOptions how;
    const auto status =
        database_->db->CompactRange(how, database_->handle(shape.column), nullptr, nullptr);
    if (!status.ok()) stop("merging tables", status);
  }
}

}  // namespace ledger
