#!/usr/bin/env python3
"""Validators that are added and removed with the commands of node/operating/README.md: four vote, a
fifth organisation joins, first as an observer, and is needed for the quorum; then one is removed.

    validators_test.py PROGRAMS [unittest's own arguments]
"""
import pathlib
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from network import NetworkTest, Node, main  # noqa: E402
from validators import MEMBERS, SCHEME, purchase  # noqa: E402

FOUNDERS = ["v1", "v2", "v3", "v4"]
SAME = ("height", "block_hash", "tree_root", "state_root", "records")


class Validators(NetworkTest):
    MEMBERS = MEMBERS
    SCHEMES = [SCHEME]

    def setUp(self):
        super().setUp()
        self.documents = []

    def record(self, node):
        document = f"D-{len(self.documents)}"
        told = self.network.ask(*purchase(document), "--node", node.url)
        self.assertEqual((told["state"], told["place"]), ("recorded", 1))
        self.documents.append(document)

    def same_everywhere(self, nodes):
        """One head and every purchase on all. A node that joined fills its history in behind."""
        def heads():
            return {tuple(self.status(node)[of] for of in SAME) for node in nodes}

        def purchases():
            return [sorted(item["subject"] for item in node.get_all("/v1/purchases"))
                    for node in nodes]
        expected = sorted(f"purchase/shop/desk/{one}/1" for one in self.documents)
        self.wait_until(lambda: len(heads()) == 1, "the nodes do not come to stand at one block")
        self.wait_until(lambda: purchases() == [expected] * len(nodes), "a purchase is missing")

    def admit_five(self):
        """Its keys, its admission by five of the six members, and its node: an observer."""
        say, folder = self.network.say, self.network.folder
        say("keys", "new", "--org", "five", "--name", "Five", "--member", "validator",
            "--role", "root,operation,node,vote,log,cosigner", home="five")
        say("org", "admit", "five/five.request.json", "--out", "five.proposal.json")
        for name in (*FOUNDERS, "epa"):
            say("org", "admit", "--sign", "five.proposal.json", "--org", name)
        say("org", "admit", "five.proposal.json", "--org", "epa")
        node = Node(self.PROGRAMS, folder / "node5", folder / "client/genesis.json", None)
        self.nodes.append(node)
        (node.home / "keys").mkdir(mode=0o700, exist_ok=True)
        for role in ("node", "vote", "log", "cosigner"):
            for kind in ("pem", "pub"):
                shutil.copy2(folder / f"five/keys/{role}.{kind}", node.home / "keys")
        node.seeds = [other.peers for other in self.nodes[:4]]
        node.start()
        return node

    def change(self, *words):
        """The three verbs, by five organisations in any order."""
        say = self.network.say
        say("network", "change", *words, "--out", "change.json")
        names = ["shop", "v4", "v2", "v1", "epa"]
        for name in names[:-1]:
            say("network", "approve", "change.json", "--org", name, "--yes")
        self.assertEqual(self.network.refuse("network", "apply", "change.json", "--org", "shop"),
                         (6, "E-SIGNATURES"))
        say("network", "approve", "change.json", "--org", names[-1], "--yes")
        ran = self.network.run("network", "apply", "change.json", "--org", "shop")
        self.assertEqual(ran.code, 0, ran.err)
        self.assertIn("5 of 7 organisations approve it; it takes 5.", ran.err)
        (self.network.folder / "change.json").unlink()
        return ran.err

    def test_a_validator_is_added_and_another_is_removed(self):
        one, two, three, four = self.nodes
        five = self.admit_five()
        self.record(one)
        self.same_everywhere(self.nodes)

        told = self.change("--add", "five/five.request.json", "--move", f"five={five.peers}")
        self.assertIn("Epoch 0 has ended with block", told)
        self.assertIn("these vote: five, v1, v2, v3, v4.", told)
        self.wait_until(lambda: "epoch 1 begins with 5 validators; this node votes"
                        in five.errors.read_text(), "the fifth does not vote")
        # It listens first, while the chain moves or for half a minute.
        self.wait_until(lambda: "node: votes" in five.errors.read_text().splitlines(),
                        "the fifth listens for ever")
        four.stop()  # of five four make a quorum, so that the fifth is needed
        for node in (one, five, two):
            self.record(node)
        self.assertEqual(self.status(five)["validators"], ["five", *FOUNDERS])
        four.start()
        self.same_everywhere(self.nodes)

        told = self.change("--remove", "v2")
        self.assertIn("Epoch 1 has ended with block", told)
        two.stop()
        left = [one, three, four, five]
        for node in left:
            self.record(node)
        self.same_everywhere(left)
        self.assertEqual(self.status(five)["quorum"], 3)
        self.assertEqual(self.status(five)["epoch"], 2)
        three.stop()
        self.record(five)
        three.start()
        self.same_everywhere(left)


if __name__ == "__main__":
    main(__doc__)
