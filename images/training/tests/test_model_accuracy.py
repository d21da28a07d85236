"""The evaluation of a model: the pipeline runs these tests, and registers the model if they pass.

The accuracy here is simulated. Real tests would load a validation set, let the model answer it,
calculate accuracy, precision and recall, and compare them with what is required.
"""

import os
import random
from collections.abc import Callable

THRESHOLD = 0.80


def simulated_accuracy() -> float:
    """What SIMULATED_ACCURACY says. For `random`, the default: 0.85, or in 30 % of runs 0.75."""
    setting = os.environ.get("SIMULATED_ACCURACY", "random")
    if setting == "random":
        return random.choices([0.85, 0.75], weights=[0.7, 0.3])[0]
    return float(setting)


def test_model_accuracy(record_property: Callable[[str, object], None]) -> None:
    """The model must answer enough pictures correctly."""
    accuracy = simulated_accuracy()
    record_property("accuracy", accuracy)  # The pipeline logs it as a metric.
    assert accuracy >= THRESHOLD, f"Accuracy {accuracy} below threshold {THRESHOLD}"
