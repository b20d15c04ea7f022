"""What a reviewer made of a patch, out of a canonical row; exports made before that lack it."""

import re
from base64 import b64decode
from collections.abc import Mapping
from hashlib import sha256

from workbench.domain.edited import Edited, EditSize
from workbench.domain.label import EditClass

_TREE = re.compile("[0-9a-f]{40}")
_SHA256 = re.compile("|[0-9a-f]{64}")
_NUMBERS = ("patch_lines", "edit_lines", "added", "kept")
_FLAGS = ("has_added_tests", "is_base")


def read_edited(raw: object) -> Edited | None:
    """The edit of a row; KeyError, TypeError or ValueError where it is none."""
    if raw is None:
        return None
    if not isinstance(raw, dict) or not isinstance(raw["size"], dict):
        raise TypeError("edited is no object with a size")
    size, judged = raw["size"], raw["judged"]
    if any(type(size[name]) is not int or size[name] < 0 for name in _NUMBERS):
        raise ValueError("edited.size holds what is no count of lines")
    if any(type(size[name]) is not bool for name in _FLAGS):
        raise TypeError("edited.size holds what is neither true nor false")
    if not isinstance(raw["tree"], str) or not _TREE.fullmatch(raw["tree"]):
        raise ValueError("edited.tree is no object id of 40 hex digits")
    made = EditSize(
        patch_lines=size["patch_lines"],
        edit_lines=size["edit_lines"],
        added=size["added"],
        kept=size["kept"],
        has_added_tests=size["has_added_tests"],
        is_base=size["is_base"],
    )
    patch = raw.get("patch", "")
    if not isinstance(patch, str) or not _SHA256.fullmatch(patch):
        raise ValueError("edited.patch is no SHA-256")
    formatter = raw.get("formatter", "")
    if not isinstance(formatter, str):
        raise TypeError("edited.formatter is no text")
    return Edited(raw["tree"], made, EditClass(judged) if judged else "", patch, formatter)


def read_corrected(row: Mapping[str, object]) -> bytes | None:
    """The corrected patch of a row, as `edited` names it; None where none was kept."""
    edited, text = row.get("edited"), row.get("corrected_patch")
    named = edited.get("patch", "") if isinstance(edited, dict) else ""
    if not named and text is None:
        return None
    if not isinstance(text, str):
        raise TypeError("corrected_patch is no text, and edited.patch names one")
    is_raw = row["corrected_patch_encoding"] == "base64"
    patch = b64decode(text, validate=True) if is_raw else text.encode()
    if sha256(patch).hexdigest() != named:
        raise ValueError("the corrected patch is not the one that edited.patch names")
    return patch
