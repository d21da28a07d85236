"""A clock for what waits."""

from __future__ import annotations


class Clock:
    """Stands for `time`. Only what sleeps makes it go on, so that no machine is too slow for it."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
