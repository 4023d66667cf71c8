#!/usr/bin/env python3
"""Searches the Promela model of the safety core, and each of its broken variants, with Spin.

    model_check.py        exit code 0: the model holds and every variant violates agreement

The model (safety.pml) lets honest validators act in any order on any certificate that could exist.
Two views of three honest validators at n = 4 are searched in full: 844,496 states.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

MODEL = pathlib.Path(__file__).resolve().parent / "safety.pml"
STATES = 844_496
# What is switched off, or the quorum 2f + 1 at n = 5: certificates need two honest votes of four.
BROKEN = {
    "finalize after nullify": ["-DM_FINALIZE_AFTER_NULLIFY"],
    "nullify after finalize": ["-DM_NULLIFY_AFTER_FINALIZE"],
    "no gap check": ["-DM_NOGAP"],
    "two notarizations": ["-DM_DOUBLE_NOTARIZE"],
    "finalize without notarization": ["-DM_UNNOTARIZED_FINALIZE"],
    "quorum 2f + 1 at n = 5": ["-DH=4", "-DNEED=2"],
}


def search(defines):
    """(states stored, errors) of the model with these definitions."""
    with tempfile.TemporaryDirectory() as folder:
        for command in (["spin", "-a", "-DV=2", *defines, str(MODEL)],
                        ["gcc", "-w", "-O2", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"]):
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
        found = subprocess.run(["./pan", "-m400000", "-w24"], cwd=folder, check=True,
                               capture_output=True, text=True).stdout
    return (int(re.search(r"(\d+) states, stored", found)[1]),
            int(re.search(r"errors: (\d+)", found)[1]))


def main():
    states, errors = search([])
    good = (states, errors) == (STATES, 0)
    print(f"  model: {states} states, {errors} errors")
    for name, defines in BROKEN.items():
        _, errors = search(defines)
        good = good and errors > 0
        print(f"  without a rule ({name}): {'violated' if errors else 'HOLDS'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
