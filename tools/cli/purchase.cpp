// greenledger purchase: purchases.
#include "tools/cli/nouns.h"

namespace tools {

void add_purchase(Cli& cli) {
  CLI::App& noun = cli.add_noun({"purchase", "Purchases", {}});
  add_import_verb(cli, noun, ImportOf::purchases);
}

}  // namespace tools
