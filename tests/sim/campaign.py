#!/usr/bin/env python3
"""Runs the simulator on all cores for hours, with seeds that no campaign had before.

    campaign.py ROOT BUILD HOURS

The programs in BUILD must be those of the tree at ROOT. Where it stands is kept in
BUILD/sim_campaign.json: a campaign that was killed goes on there, with the hours it has left. At
its end, at the first bad run or on Ctrl-C, a line is appended to tests/sim/CAMPAIGNS.md; when the
tree was not that of a commit, the line is only shown.

Exit code 0: all good; 1: a run was not; 2: wrong use.
"""
import collections
import concurrent.futures
import datetime
import fcntl
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

LOG = pathlib.Path("tests/sim/CAMPAIGNS.md")
SAVE_SECONDS = 20
SHOW_SECONDS = 60

# Name -> (arguments before the seeds, seeds at a time): about ten seconds each.
KINDS = {
    "n=4": (["--validators", "4", "--seeds"], 250),
    "twins": (["--twins"], 3000),
    "n=4 closing": (["--validators", "4", "--closes-epoch", "--seeds"], 300),
    "crash points": (["--crash-points"], 1),
    "replicas n=4": (["--ledger", "--validators", "4", "--seeds"], 60),
    "replicas changing": (["--ledger", "--changes-set", "--seeds"], 40),
    "replicas n=7": (["--ledger", "--validators", "7", "--seeds"], 15),
    "replicas mutated": (["--ledger", "--liar", "mutate_views", "--chaos-ms", "1500", "--seeds"],
                         150),
    "n=5": (["--validators", "5", "--seeds"], 120),
    "n=7": (["--validators", "7", "--seeds"], 50),
    "n=4 honest": (["--validators", "4", "--no-faults", "--seeds"], 500),
    "n=6": (["--validators", "6", "--seeds"], 100),
    "n=10": (["--validators", "10", "--seeds"], 20),
    "n=13": (["--validators", "13", "--seeds"], 8),
    "n=31": (["--validators", "31", "--seeds"], 1),
}
COUNTS = ["runs", "ledger runs", "heights", "messages", "twins", "crash points", "scenarios"]


class Campaign:
    def __init__(self, root, build, hours):
        self.root, self.build = root, build
        self.seconds = hours * 3600
        self.state_file = build / "sim_campaign.json"
        self.state = {"next": {}, "open": None}
        if self.state_file.exists():
            self.state = json.loads(self.state_file.read_text())
        self.lock = threading.Lock()
        self.stopping = False
        self.children = set()
        self.started = time.monotonic()

    def git(self, *words):
        return subprocess.run(["git", "-C", str(self.root), *words], check=True,
                              capture_output=True, text=True).stdout.strip()

    def open(self):
        commit = self.git("rev-parse", "--short=12", "HEAD")
        changed = [line for line in self.git("status", "--porcelain").splitlines()
                   if not line.endswith(str(LOG))]
        self.clean = not changed
        before = self.state["open"]
        if before and (before["commit"], before["clean"]) == (commit, self.clean):
            print(f"goes on after {before['seconds'] / 3600:.2f} hours", flush=True)
        else:
            if before:
                self.append("interrupted: no violation until then")
            self.state["open"] = {"commit": commit, "clean": self.clean, "seconds": 0,
                                  "counts": dict.fromkeys(COUNTS, 0), "seeds": {},
                                  "suites": False}
        self.before = self.state["open"]["seconds"]
        self.save()

    def elapsed(self):
        return self.before + time.monotonic() - self.started

    def save(self):
        with self.lock:
            if self.state["open"]:
                self.state["open"]["seconds"] = self.elapsed()
            text = json.dumps(self.state, indent=1)
            new = self.state_file.with_suffix(".new")
            new.write_text(text)
            new.replace(self.state_file)

    # Of each kind one unit at a time, so that its seeds have no holes when units are killed.
    def take(self, kind):
        arguments, count = KINDS[kind]
        first = self.state["next"].get(kind, 1)
        last = first + count - 1
        return ([str(self.build / "bin" / "simulate"), *arguments, str(first), str(last)],
                (kind, first, last))

    def run(self, command):
        with self.lock:
            if self.stopping:
                return None, ""
            child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                     text=True, start_new_session=True)
            self.children.add(child)
        output = child.communicate()[0]
        with self.lock:
            self.children.discard(child)
        return child.returncode, output

    def stop(self, *_):
        self.stopping = True
        for child in list(self.children):
            child.terminate()

    # Adds what the last line of a unit says. False: it was not good.
    def count(self, output, code, unit):
        now = self.state["open"]
        for number, what in re.findall(rf"(\d+) ({'|'.join(COUNTS)})", output):
            now["counts"][what] += int(number)
        if unit:
            kind, first, last = unit
            self.state["next"][kind] = max(self.state["next"].get(kind, 1), last + 1)
            seeds = now["seeds"].setdefault(kind, [first, last])
            seeds[:] = [min(seeds[0], first), max(seeds[1], last)]
        return code == 0

    # Named scenarios, every partition and leader of three views, and what judges the judges.
    def suites(self):
        if self.state["open"]["suites"]:
            return ""
        program = self.build / "tests" / "sim" / "sim_test"
        by_seed = "*Seeds.*:Twins.Sampled*:*CrashPoints.*"
        code, output = self.run([str(program), f"--gtest_filter=-{by_seed}"])
        if code is None or self.stopping:
            return ""
        if code != 0:
            return output
        counts = self.state["open"]["counts"]
        counts["scenarios"] += len(re.findall(r"\[       OK \] (?!Twins)", output))
        counts["twins"] += 9216
        self.state["open"]["suites"] = True
        return ""

    def work(self):
        failure = self.suites()
        cores = min(os.cpu_count() or 1, len(KINDS))
        kinds = collections.deque(KINDS)
        shown = saved = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(cores) as pool:
            tasks = {}
            while not failure:
                while len(tasks) < cores and not self.stopping and self.elapsed() < self.seconds:
                    command, unit = self.take(kinds.popleft())
                    tasks[pool.submit(self.run, command)] = (command, unit)
                if not tasks:
                    break
                done, _ = concurrent.futures.wait(
                    tasks, timeout=1, return_when=concurrent.futures.FIRST_COMPLETED)
                for task in done:
                    command, unit = tasks.pop(task)
                    kinds.append(unit[0])
                    code, output = task.result()
                    if self.stopping or code is None:
                        continue
                    if not self.count(output, code, unit):
                        failure = f"{' '.join(command)}\n{output}"
                if time.monotonic() - saved > SAVE_SECONDS:
                    saved = time.monotonic()
                    self.save()
                if time.monotonic() - shown > SHOW_SECONDS:
                    shown = time.monotonic()
                    print(f"  {self.elapsed() / 3600:.2f} h: {self.text_of_counts()}", flush=True)
            self.stop()
        return failure

    def text_of_counts(self):
        counts = self.state["open"]["counts"]
        return ", ".join(f"{counts[what]:,} {what}" for what in COUNTS)

    def append(self, result):
        now = self.state["open"]
        counts = [f"{now['counts'][what]:,}" for what in COUNTS if what != "messages"]
        seeds = ", ".join(f"{kind} {first}-{last}" for kind, (first, last) in now["seeds"].items())
        date = datetime.date.today().isoformat()
        hours = f"{now['seconds'] / 3600:.2f} h on {os.cpu_count()} cores"
        line = f"| {now['commit']} | {date} | {hours} | " + " | ".join(counts) + \
            f" | {result} | {seeds} |\n"
        if now["clean"]:
            with (self.root / LOG).open("a") as log:
                log.write(line)
            print(f"appended to {LOG}:\n{line}", end="")
        else:
            print(f"not appended to {LOG}: the tree was not that of a commit:\n{line}", end="")
        self.state["open"] = None


def main():
    if len(sys.argv) != 4 or not re.fullmatch(r"\d+(\.\d+)?", sys.argv[3]):
        print(__doc__, file=sys.stderr)
        return 2
    # Two would write the same seeds and counts. The lock ends with the process, however it ends.
    lock = (pathlib.Path(sys.argv[2]) / "sim_campaign.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("campaign.py: a campaign is running with this build folder; wait for its end",
              file=sys.stderr)
        return 2
    campaign = Campaign(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), float(sys.argv[3]))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, campaign.stop)
    campaign.open()
    failure = campaign.work()
    campaign.save()
    if failure:
        print(failure)
        first = next((line for line in failure.splitlines()[1:] if line.strip()), failure)
        campaign.append("BAD: " + first.replace("|", "/")[:200])
    else:
        campaign.append("no violation")
    campaign.save()
    return 1 if failure else 0


if __name__ == "__main__":
    sys.exit(main())
