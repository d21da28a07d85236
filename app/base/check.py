"""Check that this Python has the packages of a list of requirements, each in its exact version.

    python check.py requirements.txt

The application's image is built without a network, on a base image that was built before. If a
commit changed the requirements since then, this says so at once, not an ImportError in staging.
The exit code is 1 if something is missing, and 2 if the list cannot be used.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def missing(requirements: str) -> list[str]:
    """What is wanted in `requirements`, lines of `name==version`, and is not installed so."""
    findings = []
    for name, wanted in re.findall(r"^([\w.-]+)==([^\s;\\]+)", requirements, flags=re.MULTILINE):
        try:
            installed = version(name)
        except PackageNotFoundError:
            findings.append(f"{name} {wanted} is not installed")
        else:
            if installed != wanted:
                findings.append(f"{name} {wanted} is wanted, and {installed} is installed")
    return findings


def main(arguments: list[str]) -> int:
    """Check the list that is named in `arguments` and return the exit code."""
    if len(arguments) != 1:
        print("usage: python check.py requirements.txt", file=sys.stderr)
        return 2
    findings = missing(Path(arguments[0]).read_text())
    if findings:
        print(
            f"The base image does not have what {arguments[0]} asks for: {'; '.join(findings)}. "
            "Build the base image again from base/, or take the requirement back.",
            file=sys.stderr,
        )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
