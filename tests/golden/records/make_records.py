#!/usr/bin/env python3
"""Makes NAME.hex from NAME.txtpb with the pure Python protobuf, a second implementation of it.

Run from anywhere, with Debian's python3-protobuf and protobuf-compiler.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"] = "python"
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]

with tempfile.TemporaryDirectory() as folder:
    subprocess.run(["protoc", f"-I{ROOT}", f"--python_out={folder}",
                    str(ROOT / "proto/records.proto")], check=True)
    sys.path.insert(0, folder)
    from google.protobuf import text_format
    from proto import records_pb2

    for source in sorted(HERE.glob("*.txtpb")):
        record = text_format.Parse(source.read_text(), records_pb2.Record())
        encoded = record.SerializeToString(deterministic=True).hex()
        lines = [encoded[at:at + 96] for at in range(0, len(encoded), 96)]
        source.with_suffix(".hex").write_text("\n".join(lines) + "\n")
