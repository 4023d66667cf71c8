#!/usr/bin/env python3
"""A campaign that is killed goes on where it stood: python3 campaign_test.py ROOT

The simulator is played by a script that takes a moment and counts a run for each seed.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PLAYED = """#!/usr/bin/env python3
import sys, time
first, last = (int(word) for word in sys.argv[-2:])
time.sleep(0.05)
print(f"{last - first + 1} runs, 0 violations")
"""
SUITES = "#!/bin/sh\necho '[       OK ] Scenario.One'\n"


def program(path, text):
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(0o755)


def state(build):
    return json.loads((build / "sim_campaign.json").read_text())


def start(root, build, hours, **more):
    command = [sys.executable, root / "tests/sim/campaign.py", root, build, str(hours)]
    return subprocess.Popen(command, text=True, **more)


def wait_for_runs(build, count):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        kept = (build / "sim_campaign.json").exists() and state(build)["open"]
        if kept and kept["counts"]["runs"] > count:
            return
        time.sleep(0.1)
    sys.exit(f"no more than {count} runs after a minute")


def check(holds, what):
    if not holds:
        sys.exit(what)


def main():
    with tempfile.TemporaryDirectory() as folder:
        root, build = pathlib.Path(folder) / "root", pathlib.Path(folder) / "build"
        (root / "tests/sim").mkdir(parents=True)
        source = (pathlib.Path(sys.argv[1]) / "tests/sim/campaign.py").read_text()
        (root / "tests/sim/campaign.py").write_text(
            re.sub(r"SAVE_SECONDS = \d+", "SAVE_SECONDS = 0.2", source))
        shutil.copy(pathlib.Path(sys.argv[1]) / "tests/sim/CAMPAIGNS.md", root / "tests/sim")
        program(build / "bin/simulate", PLAYED)
        program(build / "tests/sim/sim_test", SUITES)
        git = ["git", "-C", root, "-c", "user.name=t", "-c", "user.email=t@example.org"]
        for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "Begin"]):
            subprocess.run([*git, *words], check=True)

        first = start(root, build, 1)
        wait_for_runs(build, 0)
        second = start(root, build, 1, stderr=subprocess.PIPE)
        check("is running" in second.communicate()[1] and second.returncode == 2,
              "a second campaign runs beside the first")
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        killed = state(build)["open"]

        again = start(root, build, 1, stdout=subprocess.PIPE)
        wait_for_runs(build, killed["counts"]["runs"])
        again.send_signal(signal.SIGINT)
        output = again.communicate()[0]
        check("goes on after" in output, f"it does not go on:\n{output}")
        check(again.returncode == 0, f"exit code {again.returncode}:\n{output}")
        check(state(build)["open"] is None, "it is still open")
        lines = (root / "tests/sim/CAMPAIGNS.md").read_text().splitlines()
        cells = [cell.strip() for cell in lines[-1].strip("|").split("|")]
        runs = int(cells[3].replace(",", ""))
        check(runs > killed["counts"]["runs"], f"{runs} runs of both: {lines[-1]}")
        # Each seed was run once: every kind's seeds from the first on, and their sum is the count.
        seeds = re.findall(r"(\d+)-(\d+)", cells[-1])
        check(all(one == "1" for one, _ in seeds), f"seeds were left out: {cells[-1]}")
        check(sum(int(last) for _, last in seeds) == runs, f"not {runs} seeds: {cells[-1]}")
    print("a killed campaign goes on")


if __name__ == "__main__":
    main()
