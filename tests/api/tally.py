"""What passed and what failed."""


class Tally:
    """Says each failure when it happens, and counts both."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, name, faults):
        """`faults` is a list of sentences; none of them is a pass."""
        if faults:
            self.failed += 1
            print(f"FAILED {name}")
            for fault in faults:
                print("  " + str(fault).replace("\n", "\n  "))
        else:
            self.passed += 1
        return not faults

    def line(self):
        return f"{self.passed} passed, {self.failed} failed"
