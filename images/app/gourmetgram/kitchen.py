"""Where pictures wait for the model: it takes them one at a time."""

from __future__ import annotations

from threading import BoundedSemaphore, Lock
from typing import IO

from gourmetgram.model import FoodModel, Guess
from gourmetgram.picture import read_picture


class BusyError(Exception):
    """Too many pictures wait already."""


class Kitchen:
    """Classifies pictures for many threads, with the memory of one at a time.

    A picture takes up to 16 bytes for each of its pixels while it is decoded, so several at once
    could end the container. Waiting costs little, as there is less than one processor anyway.
    """

    def __init__(self, model: FoodModel, places: int) -> None:
        """Use `model`. At most `places` pictures are here, one being worked on."""
        self._model = model
        self._places = BoundedSemaphore(places)
        self._stove = Lock()

    @property
    def misfit(self) -> str | None:
        """Why the model does not fit this application, or None if it does."""
        return self._model.misfit

    def classify(self, source: IO[bytes]) -> list[Guess]:
        """All classes for a picture, the most likely one first.

        Raises BadPictureError if it is none, and BusyError if there is no place for it.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError("too many pictures at once; try again in a moment")
        try:
            with self._stove:
                return self._model.classify(read_picture(source))
        finally:
            self._places.release()
