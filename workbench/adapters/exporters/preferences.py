"""The preference formats as lines of JSON."""

import json
from collections import Counter
from collections.abc import Iterable

from workbench.adapters.exporters.canonical import TextMode, make_hide
from workbench.adapters.exporters.preference_rows import (
    LOSSY,
    PreferenceFormat,
    Row,
    Shape,
    make_label_rows,
    make_rows,
)
from workbench.domain.compared import Compared, Judged


class Preferences:
    """One preference format; words are redacted as in every export."""

    def __init__(
        self,
        kind: PreferenceFormat,
        mode: TextMode,
        study_id: str,
        *,
        with_message: bool = False,
        abstain_as_text: bool = False,
    ) -> None:
        """Keep how texts are made."""
        self._kind, self._mode, self._study_id = kind, mode, study_id
        self._with_message, self._abstain = with_message, abstain_as_text

    @property
    def name(self) -> str:
        """trl, kto, openai, arena."""
        return self._kind.value

    @property
    def lossy_fields(self) -> tuple[str, ...]:
        """What the format cannot carry."""
        return LOSSY[self._kind]

    @property
    def takes_labels(self) -> bool:
        """Only KTO learns from one output alone."""
        return self._kind is PreferenceFormat.KTO

    @property
    def names_candidates(self) -> bool:
        """Only a battle names the models."""
        return self._kind is PreferenceFormat.ARENA

    def render(
        self, compared: Compared, dropped: Counter[str], taken_out: Counter[str]
    ) -> list[str]:
        """The lines of one answer; counts what gives none."""
        return _dump(make_rows(self._kind, compared, self._shape(taken_out), dropped))

    def render_label(
        self, judged: Judged, dropped: Counter[str], taken_out: Counter[str]
    ) -> list[str]:
        """The lines of one label."""
        return _dump(make_label_rows(judged, self._shape(taken_out), dropped))

    def _shape(self, taken_out: Counter[str]) -> Shape:
        return Shape(
            make_hide(self._mode, taken_out),
            self._study_id,
            with_message=self._with_message,
            abstain_as_text=self._abstain,
        )


def _dump(rows: Iterable[Row]) -> list[str]:
    return [json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n" for row in rows]
