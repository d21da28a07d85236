"""A picture that is always at hand, for `/test`: a bowl of soup, seen from above."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

SIDE = 320
TABLE, BOWL, SOUP, HERB, CREAM = "#8d6e52", "#f4f1ea", "#d9822b", "#4e7d3a", "#fbe9c6"


def sample_picture() -> BytesIO:
    """The picture as a PNG file, drawn the same each time."""
    image = Image.new("RGB", (SIDE, SIDE), TABLE)
    draw = ImageDraw.Draw(image)
    middle = SIDE // 2
    draw.circle((middle, middle), 140, fill=BOWL)
    draw.circle((middle, middle), 112, fill=SOUP)
    draw.arc((100, 110, 220, 210), start=20, end=300, fill=CREAM, width=9)
    for x, y in ((110, 120), (205, 105), (150, 170), (215, 190), (120, 215), (170, 235)):
        draw.ellipse((x - 9, y - 4, x + 9, y + 4), fill=HERB)
    file = BytesIO()
    image.save(file, "PNG")
    file.seek(0)
    return file
