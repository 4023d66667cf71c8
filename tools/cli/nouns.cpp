#include "tools/cli/nouns.h"

namespace tools {

void add_all_nouns(Cli& cli) {
  add_keys(cli);
  add_network(cli);
  add_org(cli);
  add_scheme(cli);
  add_cert(cli);
  add_purchase(cli);
  add_import(cli);
  add_node(cli);
  add_ledger(cli);
  add_report(cli);
  add_proof(cli);
  add_audit(cli);
  add_config(cli);
  add_version(cli);
  add_completion(cli);
}

}  // namespace tools
