"""What the tests of the git server share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from git_volume import Volume, open_folder


@pytest.fixture
def volume() -> Iterator[Volume]:
    """A volume with nothing in it yet."""
    folder = open_folder()
    yield Volume(folder)
    shutil.rmtree(folder)
