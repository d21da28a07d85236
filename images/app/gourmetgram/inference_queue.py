"""Where pictures wait for the model: it takes them one at a time."""

from __future__ import annotations

from threading import BoundedSemaphore, Lock
from typing import IO

from gourmetgram.model import FoodModel, Guess
from gourmetgram.picture import read_picture


class BusyError(Exception):
    """Too many pictures wait already."""


class InferenceQueue:
    """Classifies pictures for many threads, with the memory of one at a time.

    A picture takes up to 16 bytes for each of its pixels while it is decoded, so several at once
    could end the container. Waiting costs little, as there is less than one processor anyway.
    """

    def __init__(self, model: FoodModel, capacity: int) -> None:
        """Use `model`. At most `capacity` pictures are here, one being worked on."""
        self._model = model
        self._capacity = BoundedSemaphore(capacity)
        self._lock = Lock()

    @property
    def incompatibility(self) -> str | None:
        """Why the model does not fit this application, or None if it does."""
        return self._model.incompatibility

    def classify(self, source: IO[bytes]) -> list[Guess]:
        """All classes for a picture, the most likely one first.

        Raises BadPictureError if it is none, and BusyError if the queue is full.
        """
        if not self._capacity.acquire(blocking=False):
            raise BusyError("too many pictures at once; try again in a moment")
        try:
            with self._lock:
                return self._model.classify(read_picture(source))
        finally:
            self._capacity.release()
