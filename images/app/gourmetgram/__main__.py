"""Load the model and serve it.

    python -m gourmetgram

Environment, all optional:

    MODEL_PATH              the model (default: /app/model/data/model.pth)
    MODEL_SHA256            digest that the model has to have (default: any)
    MODEL_VERSION           what /version answers
    APPLICATION_COMMIT      what /version answers
    IMAGE                   what /version answers
    PORT                    where to listen (default: 8000)

The exit code is 1 if there is no usable model or the port is taken, and 2 if PORT is no port. A
model that is one, but for something else, is served all the same: `/health` tells what is wrong,
and no user is sent here.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from types import FrameType

import torch
from waitress.server import create_server

from gourmetgram.inference_queue import InferenceQueue
from gourmetgram.model import FoodModel, UnusableModelError
from gourmetgram.settings import Settings
from gourmetgram.web import create_app

THREADS = 16
WAITING_PICTURES = 12
"""Fewer than threads, so that there is always one for the probes."""

MAX_BODY_BYTES = 32 * 1024**2
"""Up to here the application says in its own words that a picture is too large."""

DRAIN_SECONDS = 3
"""How long to go on when told to stop: for as long, nodes may still send requests here."""

log = logging.getLogger("gourmetgram")


def leave(_signal: int, _frame: FrameType | None) -> None:
    """End the process."""
    raise SystemExit(0)


def leave_soon(_signal: int, _frame: FrameType | None) -> None:
    """End the process in a few seconds."""
    log.info("stopping in %d s", DRAIN_SECONDS)
    signal.signal(signal.SIGALRM, leave)
    signal.alarm(DRAIN_SECONDS)


def serve(settings: Settings) -> None:
    """Load the model, then answer requests until told to stop.

    Raises UnusableModelError if there is none, and OSError if the port is taken.
    """
    started = time.monotonic()
    torch.set_num_threads(1)  # More only compete for the part of a processor that there is.
    model = FoodModel.load(settings.model_path, settings.model_sha256)
    version = settings.model_version or "of unknown version"
    log.info("loaded model %s in %.1f s", version, time.monotonic() - started)
    if model.incompatibility is not None:
        log.error("the model does not fit the application: %s", model.incompatibility)

    server = create_server(
        create_app(InferenceQueue(model, WAITING_PICTURES), settings),
        host="0.0.0.0",
        port=settings.port,
        threads=THREADS,
        max_request_body_size=MAX_BODY_BYTES,
    )
    signal.signal(signal.SIGTERM, leave_soon)
    log.info("listening on port %d", settings.port)
    server.run()


def main() -> int:
    """Serve as the environment says, and return the exit code."""
    # Process 1 of a container gets no signal that it has no handler for.
    signal.signal(signal.SIGTERM, leave)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stdout
    )
    try:
        settings = Settings.from_environment(os.environ)
    except ValueError as problem:
        print(f"gourmetgram: {problem}", file=sys.stderr)
        return 2
    try:
        serve(settings)
    except UnusableModelError as problem:
        print(f"gourmetgram: no usable model: {problem}", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"gourmetgram: cannot listen on port {settings.port}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
