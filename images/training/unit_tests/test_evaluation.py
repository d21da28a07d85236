"""The simulated accuracy of the evaluation tests."""

from __future__ import annotations

import random
import runpy
from collections import Counter
from types import SimpleNamespace

import pytest

from support import TRAIN


@pytest.fixture(scope="module")
def evaluation() -> SimpleNamespace:
    """What is in the module with the evaluation tests, which run with a model."""
    file = TRAIN / "tests" / "test_model_accuracy.py"
    return SimpleNamespace(**runpy.run_path(str(file)))


@pytest.mark.parametrize("setting", ["random", None])
def test_random_accuracy_is_high_in_seven_of_ten_runs(
    evaluation: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, setting: str | None
) -> None:
    if setting is None:
        monkeypatch.delenv("SIMULATED_ACCURACY", raising=False)
    else:
        monkeypatch.setenv("SIMULATED_ACCURACY", setting)
    random.seed(1)
    drawn = Counter(evaluation.simulated_accuracy() for _ in range(2000))
    assert drawn.keys() == {0.85, 0.75}
    assert 0.66 < drawn[0.85] / 2000 < 0.74


@pytest.mark.parametrize(
    ("setting", "passes"), [("0.85", True), ("0.8", True), ("0.79", False), ("0", False)]
)
def test_threshold(
    evaluation: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, setting: str, passes: bool
) -> None:
    monkeypatch.setenv("SIMULATED_ACCURACY", setting)
    recorded: dict[str, object] = {}
    if passes:
        evaluation.test_model_accuracy(recorded.__setitem__)
    else:
        with pytest.raises(AssertionError, match="below threshold"):
            evaluation.test_model_accuracy(recorded.__setitem__)
    assert recorded == {"accuracy": float(setting)}
