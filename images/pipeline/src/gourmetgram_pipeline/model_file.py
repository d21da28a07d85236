"""The file of a model: its digest, and what loading it would call.

A model that PyTorch saved as a whole is a pickle. Loading it imports and calls what it names.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from picklescan.scanner import SafetyLevel, scan_file_path

from gourmetgram_pipeline.step import Failure

MODEL_FILE = Path("data", "model.pth")
"""Where a model directory of MLflow has it."""


def digest_of(file: Path) -> str:
    """The SHA-256 of `file` as hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def dangerous_calls_in(file: Path) -> list[str]:
    """What `file` names that runs programs, opens files or connections and the like, sorted.

    It is a list of known names: what is not on it is not proven harmless. Raises a Failure if
    `file` cannot be read as a pickle, or as an archive with one, that names any class.
    """
    result = scan_file_path(str(file))
    # The scanner takes what is not a pickle for a file without names.
    if result.scan_err or not result.globals:
        raise Failure(
            f"the model file {file.name} cannot be scanned: it is neither a pickle of a model nor "
            "an archive with one. Save the whole model with torch.save, by training it again."
        )
    found = {
        f"{each.module}.{each.name}"
        for each in result.globals
        if each.safety == SafetyLevel.Dangerous
    }
    return sorted(found)


def scanner() -> str:
    """The scanner and its version."""
    return f"picklescan {version('picklescan')}"
