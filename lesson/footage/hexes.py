"""How bytes that people compare are written: as lower-case hexadecimal of an agreed length.

Names, keys and hashes are written so, because they are also file names and what `sha256sum` prints.
"""

from __future__ import annotations

import re


def expect_hex(text: str, length_bytes: int, what: str) -> None:
    """Raise ValueError unless `text` is `length_bytes` bytes in lower-case hexadecimal."""
    if not re.fullmatch(f"[0-9a-f]{{{2 * length_bytes}}}", text):
        raise ValueError(f"{what} must be {length_bytes} bytes in lower-case hexadecimal.")
