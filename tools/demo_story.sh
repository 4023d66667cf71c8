# Sourced by tools/demo: the story, chapter by chapter. Every figure it prints was measured in this
# run. `act` and its like show a command, run it and leave what it said in $work/said.

# Two configurations of one car of model year 2018, and a car of that name bought in July 2018.
prius=us-epa/smartway/JTYXV01.8P35
prius_bought=nyserda/drive-clean/ec1e2270cbfd9c87-1/1
killed=2  # number of the node that is killed
row_format='  %-36s %8s %9s %13s %8s  %s\n'

make_network() {
  local i
  chapter "A network: four validators, a certifier, four who record purchases, an auditor"
  openssl rand -base64 24 >"$work/passphrase" && chmod 600 "$work/passphrase" || return 1
  export GREENLEDGER_HOME=$work/client GREENLEDGER_PASSPHRASE_FILE=$work/passphrase
  act greenledger network new --dev --network-name demo "${validators[@]/%/:validator}" \
    us-epa:certifier,scheme-owner 'nyserda:recorder:*' 'corner-shop:recorder:Corner Shop' \
    'binhai:recorder:Tianjin Binhai New District' 'suwon:recorder:City of Suwon' \
    auditor:auditor --scheme-file schemes.json || return 1
  for i in "${!validators[@]}"; do
    act_first 1 greenledgerd init --home "${validators[i]}" --genesis client/genesis.json \
      --keys "client/validators/${validators[i]}" && start_node "$i" || return 1
    say "  its node runs: http://${apis[i]}"
  done
  export GREENLEDGER_NODE=http://${apis[0]}
}

import_registers() {
  chapter "The certifier loads its registers: vehicles of two model years, clothes washers"
  import cert smartway_2018.csv smartway us-epa &&
    import cert smartway_2019.csv smartway us-epa &&
    import cert energy_star_clothes_washers.csv energy-star-clothes-washers us-epa
}

# Another node than the one asked is killed as soon as the import's journal says that something is
# recorded, and started again when the import is done: three of four validators are a quorum.
import_rebates() {
  local began file=nyserda_rebates_extract.csv
  local command=(greenledger purchase import "$file" --map nyserda-rebates --org nyserda)
  chapter "5,000 cars bought with a rebate are recorded, and a node is killed meanwhile"
  shown "${command[@]}"
  "$bin/${command[0]}" "${command[@]:1}" >"$work/said" 2>&1 </dev/null &
  importing=$!
  until grep -q '"through":[1-9]' "$file.journal" 2>/dev/null; do
    kill -0 "$importing" 2>/dev/null || break
  done
  kill_node "$killed"
  say "  (kill -9: the node of ${validators[killed]} is gone; the other three go on)"
  wait "$importing" || return 1
  importing=0
  sed 's/^/    /' "$work/said"
  count_import "$file (killed)"
  start_node "$killed" || return 1
  began=$(sed -n 's/^ready: .* height \([0-9]*\) .*/\1/p' "${validators[killed]}.out")
  say "  The node of ${validators[killed]} is started again, at height $began, and catches up:"
  act_only "^height" greenledger node status && catch_up "$killed" "$(height)" &&
    act_only "^height" greenledger node status --node "http://${apis[killed]}" || return 1
  say "  And once more, as after a retry by mistake:"
  import purchase "$file" nyserda-rebates nyserda
}

report_share() {
  chapter "The green share of what was bought, with what is not known"
  act_first 13 greenledger report share && keep_share "share of the rebates"
}

# The auditor needs no key: reading is open to all.
judge_purchases() {
  chapter "The auditor asks: was it certified? Each purchase is judged on its day"
  act_first 1 greenledger cert show "$prius~4156fe74" --at 2018-07-03 &&
    act_first 3 greenledger purchase show "$prius_bought" &&
    act_first 2 greenledger purchase show nyserda/drive-clean/c72304f9591f632b-1/1 &&
    act_first 2 greenledger purchase show nyserda/drive-clean/10635f40e2193b0d-1/1
}

withdraw_label() {
  local number
  chapter "A label is withdrawn, with effect from an earlier day; nothing is overwritten"
  before=$(height)
  "$bin/greenledger" report share -o csv >before.csv || return 1
  for number in 4156fe74 ac05e262; do
    act_first 3 greenledger cert withdraw "$prius~$number" --org us-epa --effective 2018-06-01 \
      --reason "sample did not match the certified vehicle" || return 1
  done
  say "  The auditor asks again, and asks what was known before:"
  act_first 1 greenledger cert show "$prius~4156fe74" --at 2018-07-03 &&
    act_first 1 greenledger cert show "$prius~4156fe74" --at 2018-07-03 --as-of-height "$before" &&
    act greenledger cert history "$prius~4156fe74" &&
    act_first 2 greenledger purchase show "$prius_bought"
}

restate_share() {
  chapter "The report is restated, and the old one can still be had"
  act_first 4 greenledger report share && keep_share "the same, restated" &&
    act greenledger report compare --before "$before" || return 1
  "$bin/greenledger" report share --as-of-height "$before" -o csv | cmp - before.csv &&
    say "  As of height $before the report has the same bytes as before the withdrawal."
}

# The retailer's purchases are made up; the washers and their GTINs are real.
record_by_hand() {
  chapter "A retailer records a purchase by hand, and the file of its shop"
  act greenledger purchase record --org corner-shop --document R-17 --buyer "Corner Shop" \
    --date 2019-07-01 --gtin 084691842958 --category "ENERGY STAR:Clothes Washers" \
    --quantity 1 --unit C62 --price 649.00 --currency USD || return 1
  import purchase shop_purchases.csv purchase-lines corner-shop
  [[ $? == 3 ]] || return 1
  say "  A bad row stops nothing. It is named, mended and sent again:"
  say "    row 5: $(tail -n 1 shop_purchases.rejects.csv | grep -o 'E-GTIN-CHECK.*')"
  sed -i 's/084691842939/084691842934/' shop_purchases.rejects.csv
  import_with shop_purchases.rejects.csv import retry shop_purchases.rejects.csv \
    --map purchase-lines --org corner-shop || return 1
  act_first 7 greenledger report share --buyer "Corner Shop" &&
    keep_share "spend of the shop, USD" 'spend, USD' --buyer "Corner Shop"
}

# They carry what is stated about them (tests/data/README.md) and nothing else.
record_procurements() {
  chapter "Two real cases of public procurement"
  act greenledger purchase record --org binhai --document case-study --date 2018-06 \
    --buyer "Tianjin Binhai New District" --buyer-country CN --document-type tender \
    --description "school desks and chairs" --quantity 6160 --unit SET \
    --transaction "green evaluation scheme" &&
    act greenledger purchase record --org suwon --document case-study --date 2017 \
      --buyer "City of Suwon" --buyer-country KR \
      --description "recycled asphalt concrete" --quantity 33627 --unit TNE
}

# Each node holds all and has computed all by itself.
compare_nodes() {
  local i at first=
  chapter "Four nodes, one ledger: the same roots everywhere, and the same report"
  at=$(height)
  for i in "${!validators[@]}"; do
    catch_up "$i" "$at" &&
      act_only '^(height|tree root|state root)' greenledger node status \
        --node "http://${apis[i]}" || return 1
    [[ -n $first ]] || first=$(roots)
    [[ -n $first && $(roots) == "$first" ]] || return 1
  done
  for i in 0 "$killed"; do
    shown greenledger report share --as-of-height "$at" -o csv --node "http://${apis[i]}" \
      "> ${validators[i]}.csv"
    "$bin/greenledger" report share --as-of-height "$at" -o csv --node "http://${apis[i]}" \
      >"${validators[i]}.csv" || return 1
  done
  shown cmp "${validators[0]}.csv" "${validators[killed]}.csv"
  [[ -s ${validators[0]}.csv ]] && cmp "${validators[0]}.csv" "${validators[killed]}.csv" &&
    say "  The node that was killed gives the same report, byte for byte."
}

# The verifiers ask nobody: they get the two files and an address where nothing listens.
prove_offline() {
  local proof=withdrawn.greenproof
  chapter "An auditor without a network: one file, and the genesis file"
  act greenledger proof get "cert/$prius~4156fe74" --at 2018-07-03 --out "$proof" || return 1
  say "  Three programs that share no code judge it:"
  judge ours 0 greenledger proof verify "$proof" --genesis client/genesis.json &&
    judge JavaScript 0 node tools/verify-js/cli.js "$proof" --genesis client/genesis.json &&
    act_first 2 greenledger proof export "$proof" parts &&
    judge OpenSSL 0 tools/openssl_verify parts/policy parts/*.entry || return 1
  say "  The same file, with one bit of one byte changed:"
  change_a_bit "$proof" changed.greenproof &&
    judge "ours, of the tampered copy" 4 greenledger proof verify changed.greenproof \
      --genesis client/genesis.json &&
    judge "JavaScript, of the tampered copy" 4 node tools/verify-js/cli.js changed.greenproof \
      --genesis client/genesis.json
}

# judge WHO CODE COMMAND...: what the verifier says, which ends with this code; its verdict is kept.
# The programs of tools/ are those of the clone.
judge() {
  local code=0 command=("${@:3}")
  shown "${command[@]}"
  GREENLEDGER_NODE=http://127.0.0.1:9 PATH=$bin:$PATH \
    "${command[@]/#tools\//$root/tools/}" >said 2>/dev/null || code=$?
  sed 's/^/    /' said
  printf '  %s (%s)\n' "$(head -n 1 said | grep -oE '^(VALID|INVALID|COULD NOT DECIDE)')" "$1" \
    >>verdicts.txt
  ((code == $2))
}

# change_a_bit FILE COPY
change_a_bit() {
  local middle byte
  cp "$1" "$2" && middle=$(($(stat -c %s "$1") / 2)) &&
    byte=$(od -An -tu1 -j "$middle" -N 1 "$1") && printf "\\x$(printf %x $((byte ^ 1)))" |
    dd of="$2" bs=1 seek="$middle" conv=notrunc status=none
}

check_all() {
  local from_node
  chapter "The whole, on a page; and the same ledger from the disk of the node that was killed"
  act greenledger report share --html report.html && keep_share "share of all purchases" &&
    act greenledger ledger digest || return 1
  from_node=$(grep '^digest ' said)
  stop_nodes "$killed"
  act greenledgerd verify --home "${validators[killed]}" --checksums &&
    act greenledger ledger digest --data "${validators[killed]}" &&
    [[ -n $from_node && $(grep '^digest ' said) == "$from_node" ]]
}

print_figures() {
  chapter "What was measured"
  printf "$row_format" file "rows in" recorded "there before" "rows/s" rejected
  cat imports.txt
  say ""
  cat shares.txt
  say ""
  say "  A proof of the label that was withdrawn, and a copy of it with one bit changed:"
  cat verdicts.txt
  say ""
  say "  built in $built s, told in $((SECONDS - built)) s"
}

tell_story() {
  local name
  cd "$work" || return 1
  for name in smartway_2018 smartway_2019 energy_star_clothes_washers nyserda_rebates_extract; do
    gzip -dc "$root/tests/data/$name.csv.gz" >"$name.csv" || return 1
  done
  cp "$root/tests/data/shop_purchases.csv" "$root/tests/data/schemes.json" . || return 1
  make_network && import_registers && import_rebates && report_share && judge_purchases &&
    withdraw_label && restate_share && record_by_hand && record_procurements && compare_nodes &&
    prove_offline && check_all && print_figures || return 1
  [[ $once == yes ]] || start_node "$killed"
}

# ---- measuring ------------------------------------------------------------------------------

# height [FLAG...]: of the node that is asked.
height() { "$bin/greenledger" node status "$@" | awk '$1 == "height" {print $2}'; }

# catch_up NUMBER HEIGHT: waits until that node has that block.
catch_up() {
  local waited now
  for ((waited = 0; waited < 300; ++waited)); do
    now=$(height --node "http://${apis[$1]}")
    ((${now:-0} >= $2)) && return 0
    sleep 0.1
  done
  return 1
}

# What the last status said of the ledger.
roots() { grep -E '^(height|tree root|state root) ' "$work/said"; }

# import KIND FILE MAP ORG: shows and runs it, and counts what it says.
import() { import_with "$2" "$1" import "$2" --map "$3" --org "$4"; }

# import_with FILE WORD...: the same for any command line of the client that records FILE.
import_with() {
  local code
  act greenledger "${@:2}"
  code=$?
  count_import "$1"
  return "$code"
}

# Adds a row to the table of imports from what the last one said.
count_import() {
  awk -v name="$1" -v row="$row_format" '
    $1 == "read" {rows = $2}
    $1 == "recorded" {recorded = $2}
    $1 == "already" {there = $3}
    $1 == "rejected" {sub(/^rejected */, ""); sub(/ ->.*/, ""); rejected = $0}
    $1 == "time" {rate = $4}
    END {printf row, name, rows, recorded, there, rate, rejected}' \
    "$work/said" >>"$work/imports.txt"
}

# keep_share WHAT [ROW [FLAG...]]: keeps a row of the share as it is now, by default that of lines.
keep_share() {
  "$bin/greenledger" report share "${@:3}" 2>/dev/null | awk -v what="$1" -v row="${2:-lines}" '
    index($0, row) == 1 {
      sub("^" row " *", "")
      printf "  %-26s %s %% green, at most %s %%: %s of %s\n", what, $3, $5, $1, $2
      exit
    }' >>"$work/shares.txt"
}
