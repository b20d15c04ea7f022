"""What a reviewer made of a patch, out of a canonical row; exports made before that lack it."""

import re

from workbench.domain.edited import Edited, EditSize
from workbench.domain.label import EditClass

_TREE = re.compile("[0-9a-f]{40}")
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
    return Edited(raw["tree"], made, EditClass(judged) if judged else "")
