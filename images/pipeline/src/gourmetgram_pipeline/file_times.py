"""The times of the files that BuildKit is sent.

They decide two things. Layers hold them, so equal files must have equal times for equal layers. And
BuildKit keeps what it was sent before: a file of the same path, size and time is not sent again,
even if it holds something else. Two versions of a model have the same size, so their times must
differ.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

NANOSECONDS = 10**9


def set_times(folder: Path, seconds: int) -> None:
    """Give everything in `folder`, and itself, a time within the second `seconds` after 1970.

    What a file holds decides the nanoseconds.
    """
    for path in [*folder.rglob("*"), folder]:
        nanoseconds = seconds * NANOSECONDS + fraction_of(path)
        os.utime(path, ns=(nanoseconds, nanoseconds), follow_symlinks=False)


def fraction_of(path: Path) -> int:
    """Nanoseconds that follow from the content of a file; 0 for anything else."""
    if path.is_symlink() or not path.is_file():
        return 0
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "blake2b")
    return int.from_bytes(digest.digest()[:8]) % NANOSECONDS
