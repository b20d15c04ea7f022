"""Preference sets: rows for TRL (preference, KTO), OpenAI's preference tuning, and arena battles.

Formats: huggingface.co/docs/trl/dataset_formats, platform.openai.com/docs/guides/direct-preference-
optimization, lm-sys/FastChat clean_battle_data.py. A tie is never a chosen one; every row that
cannot be made is counted by its reason.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from workbench.domain.compared import Compared, Judged, completion_of, prompt_of
from workbench.domain.label import EditClass, Label
from workbench.domain.output import Output
from workbench.domain.pair import NO_ANSWER, Said

Row = dict[str, object]
Hide = Callable[[str], str]


class PreferenceFormat(StrEnum):
    """What a preference set is written as."""

    TRL = "trl"
    KTO = "kto"
    OPENAI = "openai"
    ARENA = "arena"


DROPPED = {
    Said.BOTH_GOOD: "tie",
    Said.BOTH_BAD: "both_bad",
    Said.CANNOT_JUDGE: "no_verdict",
    **dict.fromkeys(NO_ANSWER, "no_verdict"),
}
LOSSY = {
    PreferenceFormat.TRL: ("ties", "labels", "reviewer", "time", "position", "strength"),
    PreferenceFormat.KTO: ("pairing", "reviewer", "time", "position", "strength"),
    PreferenceFormat.OPENAI: ("ties", "labels", "reviewer", "time", "position", "strength"),
    PreferenceFormat.ARENA: ("labels", "position", "strength", "num_tokens are words"),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """How texts are made, and what becomes of secrets in them."""

    hide: Hide
    study_id: str
    with_message: bool = False
    abstain_as_text: bool = False

    def text(self, output: Output) -> str:
        """What stands for an output."""
        made = completion_of(
            output, with_message=self.with_message, abstain_as_text=self.abstain_as_text
        )
        return self.hide(made)


def make_rows(
    kind: PreferenceFormat, compared: Compared, shape: Shape, dropped: Counter[str]
) -> Iterator[Row]:
    """The rows of one answer; what gives none is counted in `dropped`."""
    texts = shape.text(compared.one), shape.text(compared.other)
    if not all(texts):
        dropped["no_text"] += 1
    elif kind is PreferenceFormat.KTO:
        yield from _kto(compared, shape, dropped)
    elif kind is PreferenceFormat.ARENA:
        yield from _arena(compared, shape, dropped)
    elif (pair := compared.chosen) is None:
        dropped[DROPPED[compared.vote.said]] += 1
    else:
        prompt = shape.hide(prompt_of(compared.ticket))
        chosen, rejected = map(shape.text, pair)
        if chosen == rejected:
            dropped["same_text"] += 1
        elif kind is PreferenceFormat.TRL:
            yield {"prompt": prompt, "chosen": chosen, "rejected": rejected}
        else:
            yield _openai(prompt, chosen, rejected)


def make_label_rows(judged: Judged, shape: Shape, dropped: Counter[str]) -> Iterator[Row]:
    """KTO rows of a label without a pair: merged is good, escaped is not, edited by its size.

    What a reviewer made of an edited one is good.
    """
    good = _is_good(judged)
    text = shape.text(judged.output)
    if good is None:
        dropped["abstained" if judged.judgement.label is Label.ABSTAINED else "unlabelled"] += 1
    elif not text:
        dropped["no_text"] += 1
    else:
        prompt = shape.hide(prompt_of(judged.ticket))
        yield {"prompt": prompt, "completion": text, "label": good}
        made = (judged.corrected or b"").decode("utf-8", "backslashreplace")
        if judged.judgement.label is Label.EDITED and made.strip():
            yield {"prompt": prompt, "completion": shape.hide(made), "label": True}


def _is_good(judged: Judged) -> bool | None:
    label, edit = judged.judgement.label, judged.judgement.edit
    if label is Label.EDITED:
        return edit is EditClass.MINOR
    return {Label.MERGED: True, Label.ESCAPED: False}.get(label) if label else None


def _kto(compared: Compared, shape: Shape, dropped: Counter[str]) -> Iterator[Row]:
    said = compared.vote.said
    if said in {Said.CANNOT_JUDGE, *NO_ANSWER}:
        dropped[DROPPED[said]] += 1
        return
    prompt = shape.hide(prompt_of(compared.ticket))
    for output in (compared.one, compared.other):
        good = said is Said.BOTH_GOOD or compared.vote.preferred == output.output_id
        yield {"prompt": prompt, "completion": shape.text(output), "label": good}


def _openai(prompt: str, chosen: str, rejected: str) -> Row:
    return {
        "input": {
            "messages": [{"role": "user", "content": prompt}],
            "tools": [],
            "parallel_tool_calls": True,
        },
        "preferred_output": [{"role": "assistant", "content": chosen}],
        "non_preferred_output": [{"role": "assistant", "content": rejected}],
    }


def _arena(compared: Compared, shape: Shape, dropped: Counter[str]) -> Iterator[Row]:
    said, vote = compared.vote.said, compared.vote
    if said in {Said.CANNOT_JUDGE, *NO_ANSWER}:
        dropped[DROPPED[said]] += 1
        return
    names = {Said.BOTH_GOOD: "tie", Said.BOTH_BAD: "tie (bothbad)"}
    won = "model_a" if vote.preferred == compared.one.output_id else "model_b"
    prompt = shape.hide(prompt_of(compared.ticket))
    who = hashlib.sha256(f"{shape.study_id}\0{compared.reviewer}".encode()).hexdigest()[:8]
    yield {
        "question_id": vote.pair_id,
        "model_a": shape.hide(compared.one.candidate),
        "model_b": shape.hide(compared.other.candidate),
        "winner": names.get(said, won),
        "judge": f"arena_user_{who}",
        "conversation_a": _conversation(prompt, shape.text(compared.one)),
        "conversation_b": _conversation(prompt, shape.text(compared.other)),
        "turn": 1,
        "anony": True,
        "language": "unknown",
        "tstamp": compared.at.timestamp(),
    }


def _conversation(prompt: str, answer: str) -> list[Row]:
    turns = (("user", prompt), ("assistant", answer))
    return [
        {"role": role, "content": text, "num_tokens": len(text.split())} for role, text in turns
    ]
