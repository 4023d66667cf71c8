// greenledger node: how the node stands.
#include "tools/cli/node_reader.h"
#include "tools/cli/nouns.h"

namespace tools {
namespace {

using crypto::Result;

ExitCode show_status(Session& session) {
  const Result<Json> status = NodeReader(session).find(NodePath("/v1/status"));
  if (!status) return session.output.fail(status.error());
  session.output.show("status",
                      {{"network_name", "network"},
                       {"network_id", "network id"},
                       {"organisation", "organisation"},
                       {"version", "version"},
                       {"height", "height"},
                       {"time", "newest block"},
                       {"epoch", "epoch"},
                       {"records", "records"},
                       {"tree_size", "tree size"},
                       {"tree_root", "tree root"},
                       {"state_root", "state root"},
                       {"validators", "validators"},
                       {"quorum", "quorum"}},
                      *status);
  return ExitCode::done;
}

}  // namespace

void add_node(Cli& cli) {
  CLI::App& noun = cli.add_noun({"node", "The node that is asked", {}});
  cli.add_verb(noun,
               {"status",
                "Show the node's network, height and roots",
                {"greenledger node status",
                 "greenledger node status --node https://n1.example -o "
                 "json"}},
               show_status);
}

}  // namespace tools
