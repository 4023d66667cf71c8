#include "node/api/events.h"

#include <charconv>

#include "node/api/codes.h"
#include "node/api/json.h"
#include "node/api/problem.h"
#include "proto/kind_name.h"

namespace node::api {
namespace {

std::optional<std::uint64_t> event_id(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value >= std::uint64_t{1} << 53) return std::nullopt;
  return value;
}

void write_event(std::string& piece, std::string_view kind, std::uint64_t index, const Json& json) {
  piece.append("id: ").append(std::to_string(index)).append("\nevent: ").append(kind);
  piece.append("\ndata: ").append(to_text(json)).append("\n\n");
}

}  // namespace

EventWalk::EventWalk(const Call& call) {
  const std::string kinds = call.find("kinds").value_or("block,record");
  blocks_ = kinds != "record";
  records_ = kinds != "block";
  const std::string& last = call.request().last_event_id;
  const std::uint64_t tip = call.view().tip.tree_size;
  next_ = call.find_number("from").value_or(tip);
  if (!last.empty()) next_ = event_id(last).value_or(tip) + 1;
}

std::string EventWalk::next(const View& view) {
  std::string piece;
  const std::uint64_t end = view.tip.tree_size;
  for (std::uint64_t read = 0; next_ < end && read < kEventEntriesMax; ++read) {
    if (piece.size() >= kEventPieceBytes) break;
    const bool known = block_ && next_ >= block_->seal.first_index && next_ < block_->tree_size;
    if (!known) block_ = view.reader.block_of(next_);
    if (!block_) break;
    const std::uint64_t seal = block_->tree_size - 1;
    if (!records_) next_ = seal;
    if (next_ == seal) {
      if (blocks_) write_event(piece, "block", next_, header_json(*block_));
    } else {
      write_entry(piece, view, next_);
    }
    ++next_;
  }
  // Whoever waits for one kind is told how far the walk has come, so that it resumes from there.
  if (piece.empty() && next_ < end) piece = "id: " + std::to_string(next_ - 1) + "\n\n";
  return piece;
}

void EventWalk::write_entry(std::string& piece, const View& view, std::uint64_t index) {
  const auto stored = view.reader.record(index);
  if (!stored) return;
  Json json;
  json["index"] = index;
  json["height"] = block_->seal.height;
  json["time"] = time_text(block_->seal.time_ms);
  json["subject"] = stored->record.subject();
  json["place"] = stored->record.place();
  json["kind"] = proto::kind_name(stored->record);
  write_event(piece, "record", index, json);
}

std::optional<Response> event_fault(const Call& call) {
  const std::string& last = call.request().last_event_id;
  if (last.empty() || event_id(last)) return std::nullopt;
  return problem(400, {kQuery, "Last-Event-ID",
                       "The Last-Event-ID is not the id of an event of this stream."});
}

}  // namespace node::api
