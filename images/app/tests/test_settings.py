"""What the environment tells the application."""

from __future__ import annotations

from pathlib import Path

import pytest

from gourmetgram.settings import Settings


def test_all_has_a_default() -> None:
    assert Settings.from_environment({}) == Settings(Path("/app/model/data/model.pth"), 8000)


def test_what_is_empty_counts_as_missing() -> None:
    names = ["MODEL_PATH", "PORT", "MODEL_VERSION", "MODEL_SHA256", "APPLICATION_COMMIT", "IMAGE"]
    assert Settings.from_environment(dict.fromkeys(names, "")) == Settings()


def test_all_can_be_set() -> None:
    environment = {
        "MODEL_PATH": "model.pth",
        "PORT": "8080",
        "MODEL_VERSION": "3",
        "MODEL_SHA256": "1f",
        "APPLICATION_COMMIT": "0123abc",
        "IMAGE": "gourmetgram-app:3",
    }
    expected = Settings(Path("model.pth"), 8080, "3", "1f", "0123abc", "gourmetgram-app:3")
    assert Settings.from_environment(environment) == expected


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "8000 ", "²"])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(ValueError, match="PORT="):
        Settings.from_environment({"PORT": port})
