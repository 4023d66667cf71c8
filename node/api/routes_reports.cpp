#include "ledger/reports/ledger_lines.h"
#include "node/api/codes.h"
#include "node/api/problem.h"
#include "node/api/routes.h"

namespace node::api {
namespace {

// About a minute of one core.
constexpr std::uint64_t kReportLinesMax = 1'000'000;

}  // namespace

Response get_share_report(const Call& call) { return share_report(call, kReportLinesMax); }

Response share_report(const Call& call, std::uint64_t lines_max) {
  ledger::ShareParameters parameters;
  parameters.network = call.view().facts->network_name;
  parameters.software = call.view().facts->version;
  parameters.as_of_height = call.height();
  parameters.from = call.find("from").value_or("");
  parameters.to = call.find("to").value_or("");
  parameters.buyer = call.find("buyer").value_or("");
  const ledger::ChainReader& reader = call.view().reader;
  ledger::complete(parameters, reader);
  ledger::ShareReport report(parameters);
  std::uint64_t lines = 0;
  ledger::visit_lines(reader, parameters, [&](const ledger::ReportLine& line) {
    if (++lines > lines_max) return false;
    report.add(line);
    return true;
  });
  if (lines > lines_max) {
    return problem(422, {kReportSize, "",
                         "The report would cover more than " + std::to_string(lines_max) +
                             " purchase lines."});
  }
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

}  // namespace node::api
