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

REQUIREMENT = re.compile(
    r"""
    ^ (?P<name> \w [\w.-]* )     # options start with a dash
    (?: \[ [^\]]* \] )?        # extras: packages, which have lines of their own
    (?: == (?P<version> [^\s;\\]+ ) )?
    """,
    re.VERBOSE,
)


class UnusableListError(Exception):
    """The list of requirements does not tell what must be there."""


def wanted_packages(requirements: str) -> dict[str, str]:
    """The names and versions in `requirements`, which has lines of `name==version`.

    Raises UnusableListError if a package has no exact version, or there is no package at all.
    """
    wanted = {}
    for line in requirements.splitlines():
        if requirement := REQUIREMENT.match(line):
            if requirement["version"] is None:
                raise UnusableListError(f"it gives no exact version in the line {line!r}")
            wanted[requirement["name"]] = requirement["version"]
    if not wanted:
        raise UnusableListError("it names no packages")
    return wanted


def missing(packages: dict[str, str]) -> list[str]:
    """Which of `packages`, names with their versions, are not installed so."""
    findings = []
    for name, wanted in packages.items():
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
    try:
        findings = missing(wanted_packages(Path(arguments[0]).read_text(encoding="utf-8")))
    except (OSError, ValueError, UnusableListError) as problem:
        print(f"The requirements in {arguments[0]} cannot be used: {problem}", file=sys.stderr)
        return 2
    if findings:
        print(
            f"The base image does not have what {arguments[0]} asks for: {'; '.join(findings)}. "
            "Build the base image again from base/, or take the requirement back.",
            file=sys.stderr,
        )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
