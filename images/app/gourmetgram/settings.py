"""What the environment tells the application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MODEL_PATH = Path("/app/model/data/model.pth")
"""Where the image has its model: a model directory of MLflow keeps it in `data/model.pth`."""

PORT = 8000


@dataclass(frozen=True)
class Settings:
    """Where the model is, where to listen, and what this container was made of."""

    model_path: Path = MODEL_PATH
    port: int = PORT
    model_version: str | None = None
    """Version of the model in MLflow's registry."""
    model_sha256: str | None = None
    """SHA-256 of the model file as hexadecimal digits. No other file is loaded then."""
    application_commit: str | None = None
    """Commit of this repository that the image was built from."""
    image: str | None = None
    """Reference of the image that this container runs."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read all settings. Those that are missing or empty get their default.

        Raises ValueError if PORT is no port.
        """
        port = environment.get("PORT") or str(PORT)
        if not (port.isascii() and port.isdecimal() and 0 < int(port) < 2**16):
            raise ValueError(f"PORT={port!r} is not a number from 1 to 65535")
        return cls(
            model_path=Path(environment.get("MODEL_PATH") or MODEL_PATH),
            port=int(port),
            model_version=environment.get("MODEL_VERSION") or None,
            model_sha256=environment.get("MODEL_SHA256") or None,
            application_commit=environment.get("APPLICATION_COMMIT") or None,
            image=environment.get("IMAGE") or None,
        )
