"""How a model is loaded, and how it shows that one does not fit."""

from __future__ import annotations

import hashlib
import importlib
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from gourmetgram.model import CLASSES, FoodModel, UnusableModelError
from gourmetgram.picture import SHAPE
from networks import digit_network, food_network, ready, saved


class Answering(nn.Module):
    """Gives the same answer to whatever it gets."""

    def __init__(self, answer: object) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, _: torch.Tensor) -> object:
        return self.answer


def incompatibility_of(network: nn.Module, input_shape: object = SHAPE) -> str:
    """Why `network` does not fit."""
    incompatibility = FoodModel(ready(network, input_shape)).incompatibility
    assert incompatibility is not None
    return incompatibility


def test_a_saved_model_is_loaded_and_fits(tmp_path: Path) -> None:
    assert FoodModel.load(saved(food_network(), tmp_path)).incompatibility is None


def test_a_model_with_the_digest_that_was_noted_is_loaded(tmp_path: Path) -> None:
    path = saved(food_network(), tmp_path)
    assert (
        FoodModel.load(path, hashlib.sha256(path.read_bytes()).hexdigest()).incompatibility is None
    )


def test_another_file_than_the_one_that_was_noted_is_not_loaded(tmp_path: Path) -> None:
    path = saved(food_network(), tmp_path)
    with pytest.raises(UnusableModelError, match="is not the model that this image was built for"):
        FoodModel.load(path, "0" * 64)


def test_a_model_for_something_else_is_loaded_and_does_not_fit(tmp_path: Path) -> None:
    incompatibility = FoodModel.load(saved(digit_network(), tmp_path)).incompatibility
    assert incompatibility is not None
    assert (
        "takes inputs of shape (1, 1, 28, 28) and gives answers of shape (1, 10)" in incompatibility
    )


def test_a_model_may_be_saved_while_it_trains() -> None:
    network = nn.Sequential(
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 11), nn.Dropout(0.5)
    ).train()
    model = FoodModel(network)
    picture = torch.ones(SHAPE)
    assert model.classify(picture) == model.classify(picture)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (torch.zeros(1, 10), "gives answers of shape (1, 10)"),
        (torch.zeros(11), "gives answers of shape (11,)"),
        (torch.full((1, 11), torch.nan), "not finite"),
        (torch.zeros(1, 11, dtype=torch.int64), "torch.int64"),
        ({"food": 1}, "an object of type dict"),
    ],
)
def test_the_incompatibility_names_the_answer(answer: object, reason: str) -> None:
    incompatibility = incompatibility_of(Answering(answer))
    assert reason in incompatibility
    assert "(1, 3, 224, 224)" in incompatibility
    assert f"(1, {len(CLASSES)})" in incompatibility


@pytest.mark.parametrize("note", [None, 28, "28 x 28", (5, 5), (-1,)])
def test_the_incompatibility_is_told_without_a_usable_note_too(note: object) -> None:
    incompatibility = incompatibility_of(digit_network(), note)
    assert "(1, 3, 224, 224)" in incompatibility
    assert "this model fails with such a picture. PyTorch says: " in incompatibility
    assert "\n" not in incompatibility


def refusal(path: Path) -> str:
    """What is said when the model at `path` is refused."""
    with pytest.raises(UnusableModelError) as refused:
        FoodModel.load(path)
    message = str(refused.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_a_missing_model_is_refused(tmp_path: Path) -> None:
    assert "there is no file" in refusal(tmp_path / "model.pth")


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    path = saved(food_network(), tmp_path)
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"", b"not a model\n" * 100):
        path.write_bytes(content)
        assert "could not be read as a PyTorch model" in refusal(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "could not be read" in refusal(tmp_path)


def test_weights_alone_are_refused(tmp_path: Path) -> None:
    message = refusal(saved(food_network().state_dict(), tmp_path))
    assert "OrderedDict" in message
    assert "Save the whole model" in message


def test_a_model_that_needs_other_code_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "their_layers.py").write_text("class Layer:\n    pass\n")
    with monkeypatch.context() as training:
        training.syspath_prepend(tmp_path)
        path = saved(importlib.import_module("their_layers").Layer(), tmp_path)
    monkeypatch.delitem(sys.modules, "their_layers")
    message = refusal(path)
    assert "their_layers" in message
    assert "base/requirements.in" in message
