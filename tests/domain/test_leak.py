"""Names are taken out of what is shown; ordinary words of code stay."""

import json
import os
from pathlib import Path

import pytest

from workbench.domain.leak import HIDDEN, Leak, Scrubber

NAMES = ("acme/canary-7b", "fast", "20240402_sweagent_gpt4")
SCRUBBER = Scrubber(NAMES, ["blue heron"])
CHECKOUT = Path(__file__).parents[2]
DATA = Path(os.environ.get("WORKBENCH_REALDATA", CHECKOUT.parent / "shared" / "realdata")) / "lite"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Co-authored-by: Claude <noreply@anthropic.com>", f"Co-authored-by: {HIDDEN}"),
        ("+ Signed-off-by: bot", f"+ Signed-off-by: {HIDDEN}"),
        ("Generated with [Claude Code](https://claude.ai/code)", f"Generated with {HIDDEN}"),
        ("As GPT-4o I would", f"As {HIDDEN} I would"),
        ("I am fast, a model", f"I am {HIDDEN}, a model"),
        ("made by acme/canary-7b.", f"made by {HIDDEN}."),
        ("CANARY-7B did it", f"{HIDDEN} did it"),
        ("the Blue Heron way", f"the {HIDDEN} way"),
        ("see .aider.chat.history.md", f"see {HIDDEN}"),
        ("model: whatever-9", f"model: {HIDDEN}"),
        ("claude-3-5-sonnet-20241022 and o1-preview", f"{HIDDEN} and {HIDDEN}"),
    ],
)
def test_k3_who_speaks_is_hidden(text: str, shown: str) -> None:
    """Trailers, signatures, names of models, vendors, tools and candidates, the study's words."""
    assert SCRUBBER.scrub(text).text == shown


@pytest.mark.parametrize(
    "text",
    [
        "cursor = connection.cursor()",
        "fast = is_fast(path)  # as fast as it gets",
        "codec in ('opus', 'vorbis')",
        "the gemini protocol, a llama, a sonnet and a haiku",
        "import codex; grok(pattern)",
        "o1 = parse(o3, o4)",
        "copilot = seats[1]",
        "Authorization: Bearer token",
        "run-1 and run-2 of agent.py",
        "temperature, top_p = 0.2, 1",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    """No false alarm on what code is made of, a candidate called like a common word included."""
    assert SCRUBBER.scrub(text).leaks == ()


def test_a_diff_is_searched_where_an_output_wrote_it() -> None:
    """Added lines and names of new files; what the base or the ticket says as well stays."""
    diff = (
        b"diff --git a/CLAUDE.md b/CLAUDE.md\nnew file mode 100644\n"
        b"--- /dev/null\n+++ b/CLAUDE.md\n"
        b"@@ -0,0 +1 @@\n+openai made this\n"
        b"diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,3 @@ class Author:\n"
        b" import anthropic\n-old\n+anthropic.call()\n+gpt-4 wrote this\n+    model: Model\n"
    )
    shown, leaks = SCRUBBER.scrub_diff(diff)
    assert [leak.text for leak in leaks] == ["CLAUDE.md"] * 3 + ["openai", "gpt-4"]
    assert b"+    model: Model\n" in shown
    assert b"+anthropic.call()\n" in shown
    assert shown.count(b"\n") == diff.count(b"\n")
    assert SCRUBBER.scrub_diff(diff, "does openai, gpt-4 or CLAUDE.md matter?") == (diff, ())


def test_of_two_outputs_both_sides_are_searched() -> None:
    """Where neither side is the base, a removed line is somebody's as well."""
    diff = b"@@ -1 +1 @@\n-gpt-4\n+aider\n"
    assert len(SCRUBBER.scrub_diff(diff)[1]) == 0 + len(SCRUBBER.scrub_diff(b"+aider\n")[1])
    assert len(SCRUBBER.scrub_diff(diff, is_both=True)[1]) == 2


def test_what_is_no_text_passes_as_it_is() -> None:
    """Bytes that are no UTF-8 come through, with and without a leak beside them."""
    assert SCRUBBER.scrub_diff(b"+caf\xe9\n") == (b"+caf\xe9\n", ())
    shown, leaks = SCRUBBER.scrub_diff(b"+caf\xe9 by gpt-4\n")
    assert shown == b"+caf\xe9 by " + HIDDEN.encode() + b"\n"
    assert len(leaks) == 1


@pytest.mark.realdata
def test_no_false_alarm_in_published_patches() -> None:
    """Not one of 119 patches of five candidates and of people is touched."""
    if not DATA.is_dir():
        pytest.skip(f"published outputs are not here: {DATA}")
    found: list[Leak] = []
    n = 0
    for file in sorted(DATA.glob("predictions_*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            patch = (json.loads(line).get("model_patch") or "").encode()
            n += 1
            found += SCRUBBER.scrub_diff(patch)[1]
    assert n > 90
    assert found == []
