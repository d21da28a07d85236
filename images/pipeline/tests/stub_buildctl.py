"""A stand-in for BuildKit's command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

DIGEST = "sha256:" + "a" * 64

STUB = f"""#!{sys.executable}
import json, os, pathlib, sys
folder = pathlib.Path(__file__).parent
with (folder / "calls").open("a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
says = (folder / "says").read_text().split("\\n---\\n")
number = len((folder / "calls").read_text().splitlines()) - 1
said = says[min(number, len(says) - 1)]
print("#1 [internal] load build definition from Dockerfile", file=sys.stderr)
if said:
    sys.exit("error: failed to solve: " + said)
metadata = sys.argv[sys.argv.index("--metadata-file") + 1]
pathlib.Path(metadata).write_text((folder / "tells").read_text())
"""


class Buildctl:
    """A stand-in for BuildKit's command line. Of several things it says, each run says the next."""

    def __init__(self, folder: Path) -> None:
        self.program = folder / "buildctl"
        self.program.write_text(STUB)
        self.program.chmod(0o755)
        self.says("")
        self.tells({"containerimage.digest": DIGEST})

    def says(self, *errors: str) -> None:
        """Let it end with these errors, or well for an empty one."""
        (self.program.parent / "says").write_text("\n---\n".join(errors))

    def tells(self, metadata: dict[str, str]) -> None:
        """Let it write this about the image that it built."""
        (self.program.parent / "tells").write_text(json.dumps(metadata))

    def calls(self) -> list[list[str]]:
        """The arguments of all calls so far."""
        file = self.program.parent / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
