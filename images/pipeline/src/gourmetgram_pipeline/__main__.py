"""Run one step of the pipeline.

    python -m gourmetgram_pipeline STEP

The steps are those of the WorkflowTemplates `train-model` and `build-container-image`, by their
names there. The module of a step tells its environment and its outputs; `step.run` tells the exit
codes.
"""

from __future__ import annotations

import importlib
import signal
import sys
from types import FrameType

from gourmetgram_pipeline import step
from gourmetgram_pipeline.step import BadInput

STEPS = {
    "training-image": ("training_image", "training_image"),
    "clone": ("clone", "clone"),
    "download-model": ("download_model", "download"),
    "build-image": ("build_image", "build_image"),
    "deploy-to-staging": ("deploy", "deploy"),
    "test-staging": ("check_staging", "check"),
    "restore-staging": ("restore_staging", "restore"),
}
"""The module of each step, and its function there."""


def main(arguments: list[str]) -> int:
    """Run the step that `arguments` name, and return the exit code."""

    def run() -> None:
        if len(arguments) != 1 or arguments[0] not in STEPS:
            raise BadInput(
                f"{' '.join(arguments)!r} is not a step; usage: python -m gourmetgram_pipeline "
                f"STEP, with one of {', '.join(STEPS)}"
            )
        module, function = STEPS[arguments[0]]
        # Only the module of this step: MLflow's client takes seconds to load, and not all need it.
        getattr(importlib.import_module(f"gourmetgram_pipeline.{module}"), function)()

    return step.run(run)


def stop(number: int, _frame: FrameType | None) -> None:
    """End as Python ends by itself, so that what was started is stopped.

    A run that is stopped and deleted gets the signal twice: the second must not end what stops it.
    """
    signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    sys.exit(main(sys.argv[1:]))
