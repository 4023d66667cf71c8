#include "ledger/reports/compare.h"
#include "ledger/reports/ledger_lines.h"
#include "node/api/codes.h"
#include "node/api/problem.h"
#include "node/api/routes.h"

namespace node::api {
namespace {

// About a minute of one core.
constexpr std::uint64_t kReportLinesMax = 1'000'000;

ledger::ShareParameters parameters_of(const Call& call) {
  ledger::ShareParameters parameters;
  parameters.network = call.view().facts->network_name;
  parameters.software = call.view().facts->version;
  parameters.as_of_height = call.height();
  parameters.from = call.find("from").value_or("");
  parameters.to = call.find("to").value_or("");
  parameters.buyer = call.find("buyer").value_or("");
  return parameters;
}

Response too_large(std::uint64_t lines_max) {
  return problem(
      422, {kReportSize, "",
            "The report would cover more than " + std::to_string(lines_max) + " purchase lines."});
}

// Whether more than `lines_max` purchases are in the scope, without joining them.
bool covers_more(const Call& call, const ledger::ShareParameters& parameters,
                 std::uint64_t lines_max) {
  std::uint64_t lines = 0;
  ledger::ChainReader::PurchaseQuery query;
  query.from = parameters.from;
  query.to = parameters.to;
  query.buyer = parameters.buyer;
  query.height = parameters.as_of_height;
  call.view().reader.purchases(query, [&](const auto&) { return ++lines <= lines_max; });
  return lines > lines_max;
}

}  // namespace

Response get_share_report(const Call& call) { return share_report(call, kReportLinesMax); }

Response share_report(const Call& call, std::uint64_t lines_max) {
  ledger::ShareParameters parameters = parameters_of(call);
  const ledger::ChainReader& reader = call.view().reader;
  ledger::complete(parameters, reader);
  ledger::ShareReport report(parameters);
  std::uint64_t lines = 0;
  ledger::visit_lines(reader, parameters, [&](const ledger::ReportLine& line) {
    if (++lines > lines_max) return false;
    report.add(line);
    return true;
  });
  if (lines > lines_max) return too_large(lines_max);
  const std::string format = call.find("format").value_or("json");
  Response response;
  if (format == "json") {
    response.body = ledger::share_json(report);
  } else if (format == "csv") {
    response.content_type = "text/csv; charset=utf-8";
    response.body = ledger::share_csv(report);
  } else {
    response.content_type = "text/html; charset=utf-8";
    response.body = ledger::share_html(report);
    response.headers.emplace_back("Content-Security-Policy",
                                  "default-src 'none'; style-src 'unsafe-inline'");
  }
  return response;
}

Response get_report_comparison(const Call& call) {
  const ledger::ShareParameters parameters = parameters_of(call);
  const std::uint64_t before = call.find_number("before").value_or(0);
  if (before > call.height()) {
    return problem(400, {kQuery, "before", "It is above the height of the report."});
  }
  if (covers_more(call, parameters, kReportLinesMax)) return too_large(kReportLinesMax);
  const ledger::ShareComparison comparison =
      ledger::compare_shares(call.view().reader, parameters, before);
  Response response;
  if (call.find("format").value_or("json") == "csv") {
    response.content_type = "text/csv; charset=utf-8";
    response.body = ledger::comparison_csv(comparison);
  } else {
    response.body = ledger::comparison_json(comparison);
  }
  return response;
}

}  // namespace node::api
