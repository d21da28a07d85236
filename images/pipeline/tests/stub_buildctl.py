"""A stand-in for BuildKit's command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

DIGEST = "sha256:" + "a" * 64

STUB = f"""#!{sys.executable}
import json, os, pathlib, sys
folder = pathlib.Path(__file__).parent
if "debug" in sys.argv:
    print((folder / "histories").read_text())
    sys.exit()
if "--export-cache" in sys.argv:
    (folder / "cache").write_text(json.dumps(sys.argv[1:]))
    sys.exit((folder / "cache-says").read_text() or 0)
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
        self.has_builds()
        self.says_of_the_cache("")

    def says(self, *errors: str) -> None:
        """Let it end with these errors, or well for an empty one."""
        (self.program.parent / "says").write_text("\n---\n".join(errors))

    def tells(self, metadata: dict[str, str]) -> None:
        """Let it write this about the image that it built."""
        (self.program.parent / "tells").write_text(json.dumps(metadata))

    def has_builds(self, *events: str) -> None:
        """Let it know of these builds, `STARTED` or `COMPLETE`."""
        (self.program.parent / "histories").write_text("\n".join(events))

    def says_of_the_cache(self, error: str) -> None:
        """Let it end with this error where it is to write the cache, or well for an empty one."""
        (self.program.parent / "cache-says").write_text(error)

    def cache_call(self) -> list[str] | None:
        """The arguments with which it was to write the cache, if it was."""
        file = self.program.parent / "cache"
        return json.loads(file.read_text()) if file.exists() else None

    def calls(self) -> list[list[str]]:
        """The arguments of all calls so far that build."""
        file = self.program.parent / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
