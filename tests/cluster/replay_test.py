#!/usr/bin/env python3
"""The ledger of rules version 1 replays to the roots that are on record.

    replay_test.py PROGRAM DIGEST_FILE

PROGRAM prints height, block hash and state root of every block of a ledger that follows from a
seed (replay.cpp). DIGEST_FILE holds the SHA-256 of these lines, as sha256sum writes it. The lines
are kept beside PROGRAM, for a comparison with another build's.
"""
import hashlib
import pathlib
import subprocess
import sys


def main(program, digest_file):
    lines = subprocess.run([program], check=True, stdout=subprocess.PIPE, timeout=600).stdout
    kept = pathlib.Path(program).with_name("replay.txt")
    kept.write_bytes(lines)
    expected = pathlib.Path(digest_file).read_text(encoding="utf-8").split()[0]
    found = hashlib.sha256(lines).hexdigest()
    if found == expected:
        return 0
    print(
        f"The ledger replays to other roots than on record: SHA-256 {found}, not {expected}.\n"
        f"The lines are in {kept}. Nodes of this build and of the one before do not agree on a\n"
        "ledger: what changed the roots needs a new rules version. Only while no network runs\n"
        "version 1 may the digest be written anew:\n"
        f"  cd {kept.parent} && sha256sum replay.txt > {digest_file}")
    return 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
