# Sourced by the scripts beside it: where the repository is, how many jobs the machine bears, and
# how a long command runs so that a person sees it live and can stop it. Needs bash alone.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
running=0  # process group of the command that `step` waits for; 0: none
seconds_between_signs=8

say() { printf '%s\n' "$*"; }
complain() { printf '%s\n' "$*" >&2; }

# One job a core, and 2 GiB of free memory for each: the largest files need about one.
jobs_that_fit() {
  local cores free_kib limit used
  cores=$(nproc)
  free_kib=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null)
  if [[ $limit =~ ^[0-9]+$ ]]; then
    used=$(cat /sys/fs/cgroup/memory.current)
    ((free_kib > (limit - used) / 1024)) && free_kib=$(((limit - used) / 1024))
  fi
  local jobs=$((free_kib / 1024 / 1024 / 2))
  ((jobs > cores)) && jobs=$cores
  ((jobs < 1)) && jobs=1
  say "$jobs"
}

# step LOG COMMAND...: runs the command with its output in LOG. While it runs, the newest line of
# LOG is shown every few seconds. Returns the command's exit code.
step() {
  local log=$1 started=$SECONDS shown=$SECONDS line code
  shift
  : >"$log"
  set -m  # a process group of its own, so that all of it can be stopped
  "$@" >"$log" 2>&1 </dev/null &
  running=$!
  set +m
  while kill -0 "$running" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - shown >= seconds_between_signs)); then
      shown=$SECONDS
      line=$(tail -c 4096 "$log" | tr '\r' '\n' | tr -cd '[:print:]\n' | grep -v '^ *$' | tail -n 1)
      say "    ... $((SECONDS - started)) s: ${line:0:80}"
    fi
  done
  wait "$running"
  code=$?
  running=0
  return "$code"
}

# For the traps of the scripts: ends what `step` waits for, with everything it started.
stop_running() {
  ((running == 0)) && return
  kill -TERM -- "-$running" 2>/dev/null
  wait "$running" 2>/dev/null
  running=0
}
