#!/usr/bin/env python3
"""Checks the description and the documentation of the API against the real server."""

import pathlib
import sys
import tempfile

import description_test
import disk_test
import docs_runner
import docs_runner_test
import truth_test
from coverage import Coverage
from description import Description
from server import Server
from tally import Tally

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main(program, validator):
    tally = Tally()
    path = ROOT / "http" / "api" / "v1" / "openapi.json"
    description = Description(path.read_text())
    manual = (ROOT / "docs" / "API.md").read_text()
    if description_test.run(description, path, validator, manual, tally):
        docs_runner_test.run(tally)
        for page, section in [("docs/API.md", None), ("README.md", "Try it")]:
            with Server(program) as server, tempfile.TemporaryDirectory() as directory:
                docs_runner.run(ROOT / page, server.address, directory, tally, section)
        coverage = Coverage(description)
        truth_test.run(program, description, coverage, tally)
        disk_test.run(program, description, coverage, tally)
        coverage.print()
        tally.check("every described answer was provoked", coverage.faults())
    print(tally.line())
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()))
