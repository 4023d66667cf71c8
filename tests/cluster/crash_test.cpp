// A node that is killed (SIGKILL) again and again while organisations write to it loses nothing and
// changes nothing: every block that anyone has seen stays as it is, everything that was answered
// "final" is there, and after the writers have sent everything again the ledger holds the same as
// one that was never disturbed. What a power cut does to a disk is not tested here: the kernel
// keeps what the process wrote.
//
// CRASH_CYCLES: how often the node is killed; tools/check asks for more than tools/test. Every
// cycle has its number as seed.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "ledger/chain/digest.h"
#include "ledger/chain/index.h"
#include "ledger/chain/rocks_store.h"
#include "node/runtime/home.h"
#include "proto/canonical.h"
#include "tests/cluster/node_process.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_network.h"
#include "tools/cli/submitter.h"

namespace tests {
namespace {

using crypto::Bytes;
using Json = nlohmann::json;
using std::chrono::milliseconds;

constexpr unsigned kCyclesStandard = 10;
constexpr unsigned kLoadMsMax = 300;   // a kill comes at most this long after the first submission
constexpr unsigned kStartMsMax = 100;  // … or after the start, in every third cycle

unsigned cycles() {
  const char* text = std::getenv("CRASH_CYCLES");
  return text == nullptr ? kCyclesStandard : static_cast<unsigned>(std::stoul(text));
}

// Somebody who sends batches one after the other, each when the one before is settled. The batches
// have no end; number i is always the same.
struct Writer {
  std::string organisation;
  std::string name;
  std::size_t next = 0;  // the first batch that no answer came for

  std::vector<Bytes> batch(std::size_t i) const {
    std::vector<Bytes> records;
    const auto add = [&](const proto::Record& record) {
      records.push_back(proto::encode_record(record));
    };
    const auto document = [&](std::size_t n) { return name + "-" + std::to_string(n); };
    if (organisation == "epa") {
      add(certification(document(2 * i), "Acura", "ILX " + std::to_string(i % 7)));
      add(certification(document(2 * i + 1), "Audi", "A3 e-tron"));
      if (i > 0) add(status_change(document(2 * i - 1), 2, proto::SUSPENDED, "2019-02-01"));
      return records;
    }
    for (const char* line : {"1", "2", "3", "4"}) {
      add(purchase(document(i), line, "Acura", "ILX " + std::to_string(i % 7)));
    }
    if (i == 0) return records;
    proto::Record correction = purchase(document(i - 1), "1", "Audi", "A3 e-tron");
    correction.set_place(2);
    const proto::Purchase content = correction.purchase();
    *correction.mutable_purchase_correction()->mutable_purchase() = content;
    add(correction);
    proto::Record returned = purchase(document(i - 1), "2", "", "");
    returned.set_place(2);
    returned.mutable_purchase_return()->set_quantity("1");
    add(returned);
    return records;
  }
};

// What a node answered "final": a record and its entry.
struct Answered {
  Bytes record;
  std::uint64_t index = 0;
};

// Everything that the outside knows of the network's ledger so far.
struct Known {
  std::map<std::uint64_t, std::string> blocks;  // height -> hash
  std::vector<Answered> answered;
};

// The newest blocks of a node, down to `lowest`. Empty: it gave no answer.
std::map<std::uint64_t, std::string> read_blocks(tools::HttpClient& node, std::uint64_t lowest) {
  std::map<std::uint64_t, std::string> blocks;
  std::string cursor;
  do {
    const auto response = node.get("/v1/blocks?limit=200" + cursor);
    if (!response || response->status != 200) return {};
    const Json page = Json::parse(response->body);
    for (const Json& block : page["items"]) blocks.emplace(block["height"], block["hash"]);
    cursor = page.contains("next")
                 ? "&cursor=" + tools::encode_segment(page["next"].get<std::string>())
                 : "";
  } while (!cursor.empty() && blocks.begin()->first > lowest);
  return blocks;
}

class CrashTest : public testing::Test {
 protected:
  CrashTest() : genesis_(make_genesis()) { write_network(folder_.path(), genesis_); }

  std::filesystem::path make_home(const std::string& name) {
    const std::filesystem::path home = folder_ / name;
    init_home(folder_.path(), home);
    std::ofstream(node::Home{home}.config()) << "[blocks]\ninterval_ms = 0\n";  // as many as can be
    return home;
  }

  tools::Submitter submitter(const Writer& writer, const std::string& url) const {
    tools::SubmitOptions options = tools::submit_options(url);
    options.deadline_ms = 0;  // no answer is no answer: it is sent again in the next cycle
    return {
        {genesis_.network_id, writer.organisation, key_named(writer.organisation + "/operation")},
        std::move(options)};
  }

  // Sends batches until the node is gone or `end` is reached. Returns what was answered.
  std::vector<Answered> write(Writer& writer, const std::string& url, std::size_t end) const {
    const tools::Submitter sender = submitter(writer, url);
    const tools::Post post = sender.connect();
    std::vector<Answered> answered;
    for (; writer.next < end; ++writer.next) {
      const std::vector<Bytes> records = writer.batch(writer.next);
      const auto result = sender.submit(post, records);
      if (!result) break;
      for (std::size_t i = 0; i < records.size(); ++i) {
        const tools::RecordResult& record = result->records[i];
        EXPECT_NE(record.state, tools::RecordResult::State::rejected)
            << writer.name << " " << writer.next << ": " << record.reject->message;
        if (record.state == tools::RecordResult::State::recorded) {
          answered.push_back({records[i], record.index});
        }
      }
    }
    return answered;
  }

  // All writers at once; then `during` runs; ends when it and they have ended.
  void write_all(const std::string& url, const std::vector<std::size_t>& ends,
                 const std::function<void()>& during) {
    std::vector<std::vector<Answered>> answered(writers_.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < writers_.size(); ++i) {
      threads.emplace_back([&, i] { answered[i] = write(writers_[i], url, ends[i]); });
    }
    during();
    for (std::thread& thread : threads) thread.join();
    for (const auto& part : answered) {
      known_.answered.insert(known_.answered.end(), part.begin(), part.end());
    }
  }

  // What was known is there, and unchanged.
  void check_known(const std::string& url, std::size_t answered_before) {
    tools::HttpClient node({.node = url});
    const auto blocks = read_blocks(node, 0);
    ASSERT_FALSE(blocks.empty());
    for (const auto& [height, hash] : known_.blocks) {
      const auto found = blocks.find(height);
      ASSERT_NE(found, blocks.end()) << "block " << height << " is gone";
      ASSERT_EQ(found->second, hash) << "block " << height << " is another";
    }
    known_.blocks = blocks;
    for (std::size_t i = answered_before; i < known_.answered.size(); ++i) {
      const auto response = node.get("/v1/records/" + std::to_string(known_.answered[i].index));
      ASSERT_TRUE(response);
      ASSERT_EQ(response->status, 200) << "record " << known_.answered[i].index << " is gone";
      const Json document = Json::parse(response->body);
      proto::Record record;
      ASSERT_TRUE(record.ParseFromString(known_.answered[i].record));
      EXPECT_EQ(document["subject"], record.subject());
    }
  }

  // Kills the node at a moment of its own while the writers write and somebody looks on.
  void kill_under_load(NodeProcess& node, milliseconds moment) {
    std::atomic<bool> over = false;
    std::map<std::uint64_t, std::string> seen;
    std::thread onlooker([&] {
      tools::HttpClient client({.node = node.url()});
      while (!over) {
        const std::uint64_t newest = seen.empty() ? 0 : seen.rbegin()->first;
        seen.merge(read_blocks(client, newest));
      }
    });
    const std::vector<std::size_t> ends(writers_.size(), ~std::size_t{0});
    write_all(node.url(), ends, [&] {
      std::this_thread::sleep_for(moment);
      node.process().kill(SIGKILL);
    });
    over = true;
    onlooker.join();
    EXPECT_EQ(node.process().wait().code, 128 + SIGKILL);
    known_.blocks.merge(seen);
  }

  void cycle(const std::filesystem::path& home, unsigned seed) {
    std::mt19937_64 random(seed);
    NodeProcess node(folder_.path(), home);
    if (seed % 3 == 0) {
      std::this_thread::sleep_for(milliseconds(random() % kStartMsMax));
      node.process().kill(SIGKILL);
      EXPECT_EQ(node.process().wait().code, 128 + SIGKILL);
      return;
    }
    ASSERT_TRUE(node.wait_until_ready()) << node.process().wait().errors;
    check_known(node.url(), checked_);
    checked_ = known_.answered.size();
    kill_under_load(node, milliseconds(random() % kLoadMsMax));
  }

  // Sends the first batches of every writer, as many as `ends` says, and stops the node.
  void write_undisturbed(const std::filesystem::path& home, const std::vector<std::size_t>& ends) {
    NodeProcess node(folder_.path(), home);
    ASSERT_TRUE(node.wait_until_ready()) << node.process().wait().errors;
    for (Writer& writer : writers_) writer.next = 0;
    write_all(node.url(), ends, [] {});
    for (std::size_t i = 0; i < writers_.size(); ++i) EXPECT_EQ(writers_[i].next, ends[i]);
    node.process().kill(SIGTERM);
    EXPECT_EQ(node.process().wait().code, 0);
  }

  std::unique_ptr<ledger::RocksStore> open(const std::filesystem::path& home) const {
    ledger::RocksOptions options;
    options.path = node::Home{home}.store();
    options.network_id = genesis_.network_id;
    options.read_only = true;
    auto store = ledger::RocksStore::open(std::move(options));
    if (!store) crypto::fatal(store.error().message.c_str());
    return *std::move(store);
  }

  support::TemporaryFolder folder_;
  ledger::Genesis genesis_;
  std::vector<Writer> writers_ = {{"epa", "E"}, {"shop", "S"}, {"shop", "T"}, {"shop", "U"}};
  Known known_;
  std::size_t checked_ = 0;  // of known_.answered: found again after a restart
};

// What a report reads: every purchase as it stands, and how many certifications name a product.
struct Figures {
  std::map<std::string, std::string> purchases;  // subject -> content, quantity, returned
  std::map<std::string, std::string> certifications;

  friend bool operator==(const Figures&, const Figures&) = default;
};

Figures figures_of(const ledger::ChainReader& reader) {
  Figures figures;
  const std::uint64_t height = reader.tip()->seal.height;
  ledger::ChainReader::PurchaseQuery query;
  query.height = height;
  reader.purchases(query, [&](const ledger::ChainReader::PurchaseLine& line) {
    figures.purchases[line.subject] = line.purchase.SerializeAsString() + "|" +
                                      line.state.quantity() + "|" + line.state.returned();
    return true;
  });
  reader.subjects("cert/", "", [&](std::string_view subject) {
    proto::CertificationState state;
    CHECK(state.ParseFromString(reader.subject(subject, height)->body));
    std::string& text = figures.certifications[std::string(subject)];
    text = state.valid_from() + "|" + state.valid_to();
    for (const auto& change : state.changes()) {
      text += "|" + std::to_string(change.status()) + " " + change.effective_from();
    }
    for (const std::string& counter : state.counters()) {
      const auto count = reader.value(counter, height);
      text += "|" + counter + " " + (count ? crypto::to_hex(*count) : "none");
    }
    return true;
  });
  return figures;
}

TEST_F(CrashTest, LosesNothingAndChangesNothing) {
  const std::filesystem::path home = make_home("killed");
  for (unsigned seed = 1; seed <= cycles(); ++seed) {
    SCOPED_TRACE("cycle " + std::to_string(seed));
    cycle(home, seed);
    if (HasFatalFailure()) return;
  }
  std::vector<std::size_t> ends;
  for (const Writer& writer : writers_) ends.push_back(writer.next + 1);  // the unanswered one too
  const Known before = known_;
  write_undisturbed(home, ends);
  const Ended verified = run(folder_.path(), {GREENLEDGERD, "verify", "--home", home});
  EXPECT_EQ(verified.code, 0) << verified.errors;
  EXPECT_EQ(verified.output.substr(0, 7), "whole: ");

  const std::filesystem::path other_home = make_home("undisturbed");
  write_undisturbed(other_home, ends);
  const auto store = open(home);
  const auto other_store = open(other_home);
  const ledger::ChainReader reader(store->snapshot());
  const ledger::ChainReader other(other_store->snapshot());
  const auto digest = ledger::ledger_digest(reader, reader.tip()->seal.height);
  const auto other_digest = ledger::ledger_digest(other, other.tip()->seal.height);
  ASSERT_TRUE(digest && other_digest);
  EXPECT_EQ(digest->digest, other_digest->digest);
  EXPECT_EQ(digest->records, other_digest->records);
  const Figures figures = figures_of(reader);
  EXPECT_FALSE(figures.purchases.empty());
  EXPECT_FALSE(figures.certifications.empty());
  EXPECT_TRUE(figures == figures_of(other));

  for (const auto& [height, hash] : before.blocks) {
    EXPECT_EQ(reader.header(height)->hash().hex(), hash);
  }
  for (const Answered& answered : before.answered) {
    const auto stored = reader.record(answered.index);
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->bytes, answered.record);
  }
  RecordProperty("blocks_seen", static_cast<int>(before.blocks.size()));
  RecordProperty("records_answered", static_cast<int>(before.answered.size()));
  // A run that was over before anything could be lost would prove nothing.
  EXPECT_GT(before.answered.size(), std::size_t{cycles()});
  EXPECT_GT(before.blocks.size(), std::size_t{cycles()});
}

}  // namespace
}  // namespace tests
