"""A lesson of a training round: what a key says of an output, and why."""

import json
from dataclasses import dataclass

from workbench.domain.check import CheckStatus
from workbench.domain.label import EditClass, Judgement, Label


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a careful reviewer decides, and why."""

    label: Label
    edit: EditClass | None
    why: str
    tests: CheckStatus = CheckStatus.NOT_RUN

    def is_met(self, judgement: Judgement) -> bool:
        """Whether a reviewer decided the same."""
        return judgement.label is self.label and judgement.edit is self.edit

    @property
    def said(self) -> str:
        """The label in words."""
        return name_label(self.label, self.edit)


def name_label(label: Label | None, edit: EditClass | None) -> str:
    """`edited (minor)`; "no label" for none."""
    return f"{label or 'no label'}{f' ({edit})' if edit else ''}"


def parse_lesson(extra: str) -> Lesson:
    """A lesson from what stands beside a prediction; ValueError says what is wrong with it."""
    raw = json.loads(extra or "{}")
    label, edit, why = raw.get("label"), raw.get("edit"), raw.get("why")
    if label not in set(Label):
        raise ValueError(f"label is {label!r}, expected one of {', '.join(Label)}")
    if (edit is not None) != (label == Label.EDITED) or (edit and edit not in set(EditClass)):
        raise ValueError(f"edit is {edit!r}, expected minor, major or rejected with edited alone")
    if not isinstance(why, str) or not why.strip():
        raise ValueError("why is missing: a key says why, or nobody learns from it")
    tests = raw.get("tests", CheckStatus.NOT_RUN)
    if tests not in set(CheckStatus):
        raise ValueError(f"tests is {tests!r}, expected one of {', '.join(CheckStatus)}")
    found = EditClass(edit) if edit else None
    return Lesson(Label(label), found, why.strip(), CheckStatus(tests))
