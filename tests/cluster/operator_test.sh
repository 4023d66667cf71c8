#!/usr/bin/env bash
# Runs the commands of the pages for operators and auditors, and of the README's first purchase, as
# they stand.
# Between them it does what the pages leave to the reader: it loses a disk, and waits for what a log
# says. All the while purchases are written at a node that is never stopped; in the end every node
# has each of them once.
#
#     operator_test.sh PROGRAMS [operating | first-purchase | auditing]
#
# The pages' ports are taken as they are, in a network namespace of the test's own; where none can
# be had, on this machine's loopback.
set -eEuo pipefail

patience_s=120
unreachable=7  # exit code: no answer in time, and repeating is safe
pages=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
me=$pages/tests/cluster/operator_test.sh

say() { printf '%s\n' "$*" >&2; }

# Before anything else: once more, in namespaces, with their loopback up.
enter_namespace() {
  local way
  for way in -rn -n; do
    if unshare "$way" true 2>/dev/null; then
      IN_NAMESPACE=1 exec unshare "$way" "$me" "$@"
    fi
  done
  say "no network namespace to be had: this machine's own ports are used"
}

# IFF_UP on lo; ip(8) is not everywhere.
loopback_up() {
  python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh", b"lo", 1))'
}

# block PAGE NUMBER: the commands of a page's fenced block.
block() {
  awk -v wanted="$2" '/^```sh$/ {on = ++count == wanted; next} /^```/ {on = 0} on' "$pages/$1"
}

# run PAGE NUMBER: runs them here, so that what they export holds for the next.
run() {
  now="block $2 of $1"
  say "$now"
  ran+=("$1 $2")
  local commands=$folder/block
  block "$1" "$2" >"$commands"
  [[ -s $commands ]]
  # shellcheck disable=SC1090 # the page
  . "$commands"
  now="after $now"
}

# wait_for WHAT COMMAND...: until it succeeds.
wait_for() {
  local what=$1 end=$((SECONDS + patience_s))
  shift
  until "$@"; do
    if ((SECONDS > end)); then
      say "waited in vain: $what"
      return 1
    fi
    sleep 0.1
  done
}

# log_says LOG LINE [COUNT]: its line, as often as this.
log_says() { (($(grep -cE "$2" "$1" || true) >= ${3:-1})); }

url() { printf 'http://127.0.0.1:%s' "$1"; }

# field PORT NAME: of the node's status; nothing when it does not answer.
field() {
  greenledger node status -o json --node "$(url "$1")" 2>/dev/null |
    python3 -c 'import json, sys
value = json.load(sys.stdin)[sys.argv[1]]
print(*value if isinstance(value, list) else [value])' "$2" 2>/dev/null
}

answers() { [[ -n $(field "$1" height || true) ]]; }
is() { [[ $(field "$1" "$2" || true) == "$3" ]]; }

at_height_of() { (($(field "$1" height || echo -1) >= $2)); }
comes_level() { wait_for "$1 comes level" at_height_of "$1" "$(field 8600 height)"; }

# What the ledger says of who votes.
names_address() {
  python3 - "$(url "$1")/v1/subjects/network/validators" "$2" <<'END'
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1]) as answer:
    sys.exit(f'"{sys.argv[2]}"' not in answer.read().decode())
END
}

# ---- purchases, all the while ----

# What is not final in time is sent again: the same bytes are no second record.
write_purchases() {
  local number=0 code
  while [[ ! -e stop ]]; do
    code=0
    greenledger purchase record --org shop --document "D-$number" --buyer "My Shop" \
      --date 2024-05-17 --brand Acme --model A --category CPV:39112000 --quantity 1 --unit C62 \
      --node "$(url 8600)" -o json >>writer.log 2>&1 || code=$?
    ((code == unreachable)) && continue
    ((code == 0)) || return 1
    printf 'purchase/shop/hand/D-%s/1\n' "$number" >>written
    number=$((number + 1))
    sleep 0.05
  done
}

written() { wc -l <written; }
has_written() { (($(written) >= $1)); }

# goes_on WHY: purchases become final as things stand.
goes_on() {
  kill -0 "$writer"
  wait_for "purchases, $1" has_written $(($(written) + 3))
}

# Those whom a reader would count on for a quorum: without the one that is held.
goes_on_without() {
  kill -STOP "$1"
  goes_on "$2"
  kill -CONT "$1"
}

# all_have: each node's purchases are those that were written, and their digests are alike.
digest_of() { greenledger ledger digest --node "$(url "$1")" -o json; }
same_digest() { [[ $(digest_of "$1") == "$(digest_of 8600)" ]]; }

has_each_once() {
  python3 - "$(url "$1")" <<'END' | sort | cmp - <(sort written)
import json, sys, urllib.request
cursor = ""
while True:
    with urllib.request.urlopen(f"{sys.argv[1]}/v1/purchases?limit=200{cursor}") as answer:
        page = json.load(answer)
    print(*(item["subject"] for item in page["items"]), sep="\n")
    if "next" not in page:
        break
    cursor = f"&cursor={page['next']}"
END
}

# ---- the pages ----

operating() {
  local page=node/operating n
  run $page/README.md 1
  for n in 8600 8603 8606 8609; do wait_for "node at $n" answers "$n"; done
  : >written
  write_purchases &
  writer=$!
  goes_on "at the beginning"

  # The disk of node3 is lost after a backup, and then that of node1, of which there is none.
  run $page/moving.md 1
  goes_on "after the backup"
  lose 3
  goes_on "without node3"
  run $page/moving.md 2
  wait_for "node3 votes again" log_says net/node3.log '^node: votes$' 2
  lose 1
  goes_on "without node1, and so with node3"
  run $page/moving.md 3
  wait_for "node1 votes again" log_says net/node1.log '^node: votes$' 2

  run $page/validators.md 1
  wait_for "node5 observes" log_says node5.log 'observes: it is no validator of this epoch'
  wait_for "node5" answers 8612
  comes_level 8612
  run $page/validators.md 2
  wait_for "node5 counts" log_says node5.log 'begins with 5 validators; this node votes'
  wait_for "node5 votes" log_says node5.log '^node: votes$'
  wait_for "five validators" is 8600 validators "five v0 v1 v2 v3"
  goes_on_without "$(cat net/node2.pid)" "without node2, and so with node5, node1 and node3"

  run $page/validators.md 3
  wait_for "four validators" is 8612 validators "five v0 v1 v3"
  goes_on "without v2"
  n=$(grep -c 'observes' net/node2.log || true)
  run $page/validators.md 4
  wait_for "node2 observes" log_says net/node2.log 'observes' $((n + 1))

  run $page/moving.md 4
  wait_for "the moved node" answers 8630
  comes_level 8630
  wait_for "the moved node votes" log_says moved.log '^node: votes$'
  goes_on_without "$(cat node5.pid)" "without node5, and so with the moved node"
  run $page/moving.md 5
  wait_for "its new address" names_address 8600 127.0.0.1:8632
  goes_on "in the end"
  compare 8600 8603 8606 8612 8630
}

# lose NUMBER: the power and the disk of a node.
lose() {
  kill -9 "$(cat "net/node$1.pid")"
  wait "$(cat "net/node$1.pid")" 2>/dev/null || true
  rm -r "net/node$1"
}

compare() {
  local port home
  touch stop
  wait "$writer"
  for port in "$@"; do
    wait_for "node at $port has all" same_digest "$port"
    has_each_once "$port"
  done
  kill "$(cat net/node0.pid)" "$(cat net/node1.pid)" "$(cat net/node2.pid)" "$(cat node5.pid)" \
    "$(cat moved.pid)"
  wait
  for home in net/node0 net/node1 net/node2 node5 moved; do greenledgerd verify --home "$home"; done
  say "$(written) purchases, each once on each of $# nodes"
  every_block node/operating/README.md node/operating/validators.md node/operating/moving.md
}

# every_block PAGE...: none was left out.
every_block() {
  local page
  for page in "$@"; do
    [[ $(printf '%s\n' "${ran[@]}" | sort -u | grep -c "^$page ") == \
      $(grep -c '^```sh$' "$pages/$page") ]]
  done
}

first_purchase() {
  run README.md 2 >said 2>&1
  wait_for "the node" answers 8600
  run README.md 3 >>said 2>&1
  grep -qE '^outcome: certified ' said
  run README.md 4 >>said 2>&1
  grep -qE '^outcome +out_of_validity' said
  grep -q '<svg' report.html
  run README.md 5 >>said 2>&1
  grep -qE '^VALID$' said
  grep -qE '^It was withdrawn on 2024-05-17, ' said
  wait
  cat said
}

# The auditor has the client and a genesis file, and in the last block no node.
auditing() {
  local page=ledger/proofs
  run README.md 2 >said 2>&1
  wait_for "the node" answers 8600
  run README.md 3 >>said 2>&1
  mkdir "$folder/audit" "$folder/only"
  cp client/genesis.json "$folder/audit"
  ln -s "$(command -v greenledger)" "$folder/only/"
  PATH=$folder/only:/usr/bin:/bin
  [[ -z $(command -v greenledgerd || true) ]]
  unset GREENLEDGER_PASSPHRASE_FILE
  cd "$folder/audit"
  run $page/README.md 1
  run $page/README.md 2 >audited 2>&1
  cat audited
  grep -q '^VALID' audited
  run $page/BY_HAND.md 1
  kill %1
  wait
  run $page/README.md 3 >verdicts 2>&1
  cat verdicts
  (($(grep -c '^VALID$' verdicts) == 4))
  grep -q '^It counts as green: certified, as known at height 2 ' verdicts
  grep -q '^It was active on 2024-05-17, ' verdicts
  grep -q '^There is nothing, at height 2.$' verdicts
  by_hand
  spoil
  every_block $page/README.md $page/BY_HAND.md
}

by_hand() {
  run ledger/proofs/BY_HAND.md 2 >included
  grep -qE '^included: entry [0-9]+ of [0-9]+$' included
  run ledger/proofs/BY_HAND.md 3 >signed
  cat included signed
  grep -q '^Signature Verified Successfully$' signed
}

# Another record in its place, another root with the same signature, another file: all are noticed.
spoil() {
  local code
  cp "$entry" honest
  sed -i 's/Acme/Acne/g' "$entry"
  run ledger/proofs/BY_HAND.md 2 >included
  [[ ! -s included ]]
  cp honest "$entry"
  sed -i 's/^[0-9]*$/7/' text
  run ledger/proofs/BY_HAND.md 3 >signed 2>&1 || true
  [[ $(grep -c 'Verified Successfully' signed || true) == 0 ]]
  printf x >>purchase.greenproof
  code=0
  greenledger proof verify purchase.greenproof >verdict || code=$?
  ((code == 4))
  grep -q '^INVALID$' verdict
}

# ---- the whole ----

tidy() {
  local code=$? job
  if ((code != 0)); then
    say "FAILED in $now${BASH_COMMAND:+, near: $BASH_COMMAND}"
    tail -n 20 writer.log net/*.log ./*.log >&2 2>/dev/null || true
  fi
  for job in $(jobs -p); do
    kill -CONT "$job" 2>/dev/null || true
    kill -9 "$job" 2>/dev/null || true
  done
  wait 2>/dev/null || true
  cd /
  rm -rf "$folder"
  exit "$code"
}

(($# >= 1)) || {
  say "usage: operator_test.sh PROGRAMS [operating | first-purchase | auditing]"
  exit 2
}
[[ -n ${IN_NAMESPACE:-} ]] || enter_namespace "$@"
[[ -z ${IN_NAMESPACE:-} ]] || loopback_up
PATH=$(cd "$1" && pwd -P):$PATH
for name in ${!GREENLEDGER_*}; do unset "$name"; done
folder=$(mktemp -d -t greenledger-XXXXXX)
now="the beginning"
ran=()
trap tidy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$folder"
case ${2:-operating} in
  operating) operating ;;
  first-purchase) first_purchase ;;
  auditing) auditing ;;
  *) exit 2 ;;
esac
say "passed in $SECONDS s"
