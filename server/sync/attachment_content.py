"""Whether content is what it says it is: a picture or a document, and no bomb."""

import io

from PIL import Image

PIXELS_MAX = 40_000_000
"""A picture of more unpacks to more memory than a signature or a photo is worth."""
PDF_END_BYTES = 1_024

_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


def fault_of(content: bytes, media_type: str) -> str:
    """Why content is not of its type; empty if it is."""
    if media_type == "application/pdf":
        whole = content.startswith(b"%PDF-") and b"%%EOF" in content[-PDF_END_BYTES:]
        return "" if whole else "it is no PDF, or its end is missing"
    try:
        with Image.open(io.BytesIO(content), formats=(_FORMATS[media_type],)) as image:
            width, height = image.size
            if width * height > PIXELS_MAX:
                return f"it has {width} by {height} pixels, and at most {PIXELS_MAX:,} are taken"
            image.verify()
    except Exception as error:  # noqa: BLE001 - whatever a decoder trips over, it is no picture.
        return f"it can't be read as {media_type}: {error}"[:200]
    return ""
