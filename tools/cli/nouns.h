// One function a noun; each is in the file of its name.
#pragma once

#include "tools/cli/cli.h"

namespace tools {

void add_audit(Cli& cli);
void add_cert(Cli& cli);
void add_completion(Cli& cli);
void add_config(Cli& cli);
void add_import(Cli& cli);
void add_keys(Cli& cli);
void add_ledger(Cli& cli);
void add_network(Cli& cli);
void add_node(Cli& cli);
void add_org(Cli& cli);
void add_proof(Cli& cli);
void add_purchase(Cli& cli);
void add_report(Cli& cli);
void add_scheme(Cli& cli);
void add_version(Cli& cli);

// All of them, in the order in which help lists them.
void add_all_nouns(Cli& cli);

// `import` as a verb of a noun: what its files may become.
enum class ImportOf { certifications, purchases };
void add_import_verb(Cli& cli, CLI::App& noun, ImportOf what);

}  // namespace tools
