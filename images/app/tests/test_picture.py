"""From files of pictures to what a model gets."""

from __future__ import annotations

from io import BytesIO

import pytest
import torch
from PIL import Image

from gourmetgram.picture import DEVIATION, MEAN, SHAPE, BadPictureError, read_picture
from pictures import ORIENTATION, file_of, plain, red_above_blue

RED, WHITE, BLUE = (1, 0, 0), (1, 1, 1), (0, 0, 1)
NEAR = 0.06
"""How far a colour may be off: JPEG and scaling change it a little."""


def read(file: bytes) -> torch.Tensor:
    """What a model gets of `file`, in colours from 0 to 1."""
    values = read_picture(BytesIO(file))
    assert values.shape == SHAPE
    assert values.dtype == torch.float32
    return values * DEVIATION + MEAN


def colour_at(values: torch.Tensor, x: float, y: float) -> tuple[float, ...]:
    """The colour at a place, which is given as parts of the width and of the height."""
    _, height, width = values.shape
    return tuple(values[:, int(y * height), int(x * width)].tolist())


@pytest.mark.parametrize("size", [(1, 1), (224, 224), (1000, 3), (3, 1000), (801, 600)])
def test_any_size_becomes_the_size_that_a_model_takes(size: tuple[int, int]) -> None:
    values = read(plain("red", size))
    assert colour_at(values, 0.5, 0.5) == pytest.approx(RED, abs=NEAR)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_any_mode_becomes_red_green_and_blue(mode: str) -> None:
    if mode == "I;16":
        image = Image.new(mode, (30, 30), 65535)
    else:
        image = Image.new("RGBA", (30, 30), "white").convert(mode)
    assert colour_at(read(file_of(image)), 0.5, 0.5) == pytest.approx(WHITE, abs=NEAR)


def test_16_bits_of_grey_keep_their_shades() -> None:
    values = read(file_of(Image.new("I;16", (30, 30), 32768)))
    assert colour_at(values, 0.5, 0.5) == pytest.approx((0.5, 0.5, 0.5), abs=NEAR)


def test_a_jpeg_for_print_is_read() -> None:
    values = read(file_of(Image.new("RGB", (30, 30), "red").convert("CMYK"), "JPEG"))
    assert colour_at(values, 0.5, 0.5) == pytest.approx(RED, abs=NEAR)


def test_what_is_transparent_becomes_white() -> None:
    image = Image.new("RGBA", (60, 60), (0, 0, 255, 0))
    image.paste((255, 0, 0, 255), (0, 0, 30, 60))
    values = read(file_of(image))
    assert colour_at(values, 0.2, 0.5) == pytest.approx(RED, abs=NEAR)
    assert colour_at(values, 0.8, 0.5) == pytest.approx(WHITE, abs=NEAR)


def test_the_transparent_colour_of_a_gif_becomes_white() -> None:
    image = Image.new("P", (40, 40), 0)
    image.putpalette([0, 0, 255, 255, 0, 0])
    values = read(file_of(image, "GIF", transparency=0))
    assert colour_at(values, 0.5, 0.5) == pytest.approx(WHITE, abs=NEAR)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "red_at", "blue_at"),
    [
        (1, (0.5, 0.1), (0.5, 0.9)),
        (3, (0.5, 0.9), (0.5, 0.1)),
        (6, (0.9, 0.5), (0.1, 0.5)),
        (8, (0.1, 0.5), (0.9, 0.5)),
    ],
)
def test_a_picture_is_turned_as_the_camera_was_held(
    kind: str, orientation: int, red_at: tuple[float, float], blue_at: tuple[float, float]
) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    values = read(file_of(red_above_blue(), kind, exif=exif.tobytes()))
    assert colour_at(values, *red_at) == pytest.approx(RED, abs=NEAR)
    assert colour_at(values, *blue_at) == pytest.approx(BLUE, abs=NEAR)


def test_the_middle_of_an_oblong_picture_counts() -> None:
    image = Image.new("RGB", (90, 30), "blue")
    image.paste("red", (30, 0, 60, 30))
    values = read(file_of(image))
    for x in (0.05, 0.5, 0.95):
        assert colour_at(values, x, 0.5) == pytest.approx(RED, abs=NEAR)


def test_the_first_picture_of_an_animation_counts() -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "blue")]
    values = read(file_of(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert colour_at(values, 0.5, 0.5) == pytest.approx(RED, abs=NEAR)


def test_a_large_photograph_is_read_at_a_reduced_size() -> None:
    photograph = file_of(Image.new("L", (5000, 4000), 255), "JPEG")
    assert colour_at(read(photograph), 0.5, 0.5) == pytest.approx(WHITE, abs=NEAR)


def test_a_small_file_with_too_many_pixels_is_refused() -> None:
    # Pillow has a limit of its own for the second one.
    for size in ((5000, 4000), (20000, 10000)):
        with pytest.raises(BadPictureError, match="more than 16 million pixels"):
            read(file_of(Image.new("1", size)))


def test_a_damaged_picture_is_refused() -> None:
    noise = Image.effect_noise((200, 200), 80)
    for kind in ("JPEG", "PNG", "WEBP", "GIF"):
        whole = file_of(noise, kind)
        with pytest.raises(BadPictureError):
            read(whole[: len(whole) // 2])


def test_other_formats_are_refused() -> None:
    for kind in ("TIFF", "ICO", "PPM"):
        with pytest.raises(BadPictureError, match="known format"):
            read(plain(kind=kind))
