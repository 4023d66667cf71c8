#include "node/api/events.h"

#include <gtest/gtest.h>

#include "node/api/codes.h"
#include "tests/node/api/ledger_fixture.h"

namespace node::api {
namespace {

class Events : public testing::Test {
 protected:
  Ledger ledger_;

  EventWalk walk(std::string_view target, std::string last_event_id = "") {
    request_ = request_for(target);
    request_.last_event_id = std::move(last_event_id);
    view_ = std::make_unique<View>(ledger_.view());
    resolved_ = resolve(request_, *view_);
    EXPECT_TRUE(resolved_.call.has_value());
    return EventWalk(*resolved_.call);
  }
  // "block 6" for each event of the piece; an id without an event is "- 6".
  static std::vector<std::string> events(const std::string& piece) {
    std::vector<std::string> list;
    std::size_t at = 0;
    while (at < piece.size()) {
      const std::size_t end = piece.find("\n\n", at);
      const std::string event = piece.substr(at, end - at);
      const std::string id = event.substr(4, event.find('\n') - 4);
      const std::size_t kind = event.find("event: ");
      list.push_back((kind == std::string::npos
                          ? "-"
                          : event.substr(kind + 7, event.find('\n', kind) - kind - 7)) +
                     " " + id);
      at = end + 2;
    }
    return list;
  }
  using Texts = std::vector<std::string>;

  Request request_;
  std::unique_ptr<View> view_;
  Resolved resolved_;
};

TEST_F(Events, TellRecordsAndBlocksInTheOrderOfTheLedger) {
  EventWalk all = walk("/v1/events?from=6");
  EXPECT_EQ(events(all.next(ledger_.view())),
            (Texts{"block 6", "record 8", "record 9", "record 10", "block 11", "record 13",
                   "record 14", "block 15", "record 17", "block 18"}));
  EXPECT_EQ(all.next(ledger_.view()), "");
}

TEST_F(Events, BeginWithWhatComesAndGoOnWithIt) {
  EventWalk live = walk("/v1/events");
  EXPECT_EQ(live.next(ledger_.view()), "");
  ledger_.add("shop", {tests::purchase("r9", "1", "Toyota", "Prius")});
  EXPECT_EQ(events(live.next(ledger_.view())), (Texts{"record 20", "block 21"}));
  EXPECT_EQ(live.next(ledger_.view()), "");
}

TEST_F(Events, ResumeBehindTheLastOneThatArrived) {
  EventWalk resumed = walk("/v1/events", "14");
  EXPECT_EQ(events(resumed.next(ledger_.view())), (Texts{"block 15", "record 17", "block 18"}));
  EventWalk both = walk("/v1/events?from=0", "17");
  EXPECT_EQ(events(both.next(ledger_.view())), Texts{"block 18"});
}

TEST_F(Events, TellOneKindAlone) {
  EventWalk blocks = walk("/v1/events?from=0&kinds=block");
  EXPECT_EQ(events(blocks.next(ledger_.view())),
            (Texts{"block 6", "block 11", "block 15", "block 18"}));
  EventWalk records = walk("/v1/events?from=11&kinds=record");
  EXPECT_EQ(events(records.next(ledger_.view())), (Texts{"record 13", "record 14", "record 17"}));
}

TEST_F(Events, CarryWhatAReaderNeedsToDecide) {
  EventWalk walked = walk("/v1/events?from=17");
  const std::string piece = walked.next(ledger_.view());
  const std::size_t data = piece.find("data: ") + 6;
  const auto record = nlohmann::json::parse(piece.substr(data, piece.find('\n', data) - data));
  EXPECT_EQ(record, (nlohmann::json{{"index", 17},
                                    {"height", 3},
                                    {"time", "2019-03-01T00:00:03.000Z"},
                                    {"subject", "cert/epa/smartway/A1"},
                                    {"place", 2},
                                    {"kind", "certification_status"}}));
}

TEST_F(Events, ComeInPiecesThatLoseNothing) {
  std::vector<proto::Record> many;
  for (int i = 0; i < 600; ++i) {
    many.push_back(tests::purchase("m", std::to_string(i), "Toyota", "Prius"));
  }
  ledger_.add("shop", many);
  EventWalk walked = walk("/v1/events?from=19");
  Texts all;
  int pieces = 0;
  for (std::string piece; !(piece = walked.next(ledger_.view())).empty(); ++pieces) {
    EXPECT_LE(piece.size(), kEventPieceBytes + 1024);
    for (std::string& event : events(piece)) all.push_back(std::move(event));
  }
  EXPECT_GT(pieces, 1);
  ASSERT_EQ(all.size(), 601u);
  EXPECT_EQ(all.front(), "record 20");
  EXPECT_EQ(all[599], "record 619");
  EXPECT_EQ(all.back(), "block 620");
}

TEST_F(Events, RefuseAnIdThatIsNoneOfTheirs) {
  for (const char* bad : {"x", "-1", "1x", "9007199254740992"}) {
    walk("/v1/events", bad);
    const auto fault = event_fault(*resolved_.call);
    ASSERT_TRUE(fault.has_value()) << bad;
    EXPECT_EQ(see(*fault).code(), kQuery.name);
  }
  walk("/v1/events", "7");
  EXPECT_FALSE(event_fault(*resolved_.call).has_value());
}

}  // namespace
}  // namespace node::api
