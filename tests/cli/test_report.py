"""The report without a browser: first page, files, and what it says where little is known."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.figure  # noqa: F401 - what is loaded here, forks share
import pytest
import scipy.stats  # noqa: F401 - the same

from workbench.bootstrap import open_workbench
from workbench.services.comparisons import Comparisons
from workbench.study import find_study
from workbench.text import display, net

from .kit import Cli, change, environment, prediction, ticket, write_lines

RecordProperty = Callable[[str, object], None]
OPEN = ("merge_rate", "abstention_rate_vague", "self_flag_rate", "escape_rate")


class Read(HTMLParser):
    """What a browser would make of it: elements with their attributes, and the text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def make(cli: Cli, *words: str) -> tuple[str, str]:
    """The report in both formats."""
    done = cli.quick("report", "--html", "r.html", "--md", "r.md", *words)
    assert (done.code, done.err) == (0, "")
    return tuple((cli.folder / f"r.{kind}").read_text("utf-8") for kind in ("html", "md"))  # type: ignore[return-value]  # two of them


def test_the_first_page_holds_the_numbers_of_metrics(cli: Cli) -> None:
    """On the screen, in the files and for a script."""
    told = cli.ok("report").out
    html, md = make(cli)
    rows = cli.quick("metrics", "--json").json("metrics")
    made = cli.quick("report", "--json").json("report")[0]
    candidates = made["candidates"]
    assert isinstance(candidates, list)
    for row, page in zip(rows, candidates, strict=True):
        for name in OPEN:
            rate, number = row[name], page["numbers"][name]
            assert isinstance(rate, dict)
            assert {key: number[key] for key in ("hits", "n", "rate", "interval")} == {
                key: rate[key] for key in ("hits", "n", "rate", "interval")
            }
            assert len(number["outputs"]["counted"]) == rate["hits"]
            assert len(number["outputs"]["of_it"]) == rate["n"] - rate["hits"]
            count = f"{rate['hits']}/{rate['n']}"
            assert rate["n"] == 0 or all(count in text for text in (told, html, md))
    assert told.startswith(
        "No gate is set, so these numbers release no candidate: workbench gate init"
    )
    assert max(len(line) for line in told.splitlines()) <= 80
    for text in (told, html, md):
        for sentence in ("no label yet", "later versions of a candidate"):
            assert sentence in " ".join(text.split())


def test_the_decision_is_that_of_the_gate(fresh: Cli) -> None:
    """The same two sentences, what it says of each candidate, and which file it was."""
    fresh.quick("tickets", "import", write_lines(fresh.folder / "t.jsonl", [CLEAR, VAGUE]))
    rows = [prediction(t, "m1", change(), cost_usd=0.5) for t in ("t1", "t2")]
    fresh.quick("outputs", "import", write_lines(fresh.folder / "o.jsonl", rows))
    assert fresh.quick("tickets", "freeze").code == 0
    answers = ("--reversible", "no", "--reviewed", "yes", "--cheap-check", "yes", "--by", "ann")
    assert fresh.quick("gate", "init", *answers).code == 0
    for row in fresh.quick("outputs", "list", "--json").json("outputs"):
        fresh.quick("label", str(row["id"]), "merged")
    ruled = json.loads(fresh.quick("gate", "check", "--json").out)
    made = fresh.quick("report", "--json").json("report")[0]
    assert made["decision"] == ruled["decision"]
    html, md = make(fresh)
    for text in (html, md):
        assert ruled["gate_sha256"] in text
        assert "0.50 US dollars" in text
    assert "| m1 (INVALID) |" in md
    assert re.search(r"under the gate [^<]+</dt>\s*<dd>INVALID</dd>", html)


def test_controls_say_how_strict_reviewers_are(cli: Cli) -> None:
    """Merged patches of people are no candidate of the report; where there are none it says so."""
    sentence = "No merged patch of a person was hidden"
    assert sentence in make(cli)[1]
    row = prediction("t4", "people", change(new="a + b + 0"))
    write_lines(cli.folder / "merged.jsonl", [row])
    imported = ("outputs", "import", "merged.jsonl", "--candidate", "people", "--control")
    assert cli.quick(*imported).code == 0
    rows = cli.quick("outputs", "list", "--json").json("outputs")
    (control,) = (str(row["id"]) for row in rows if row["candidate"] == "people")
    assert cli.quick("label", control, "merged").code == 0
    html, md = make(cli)
    assert sentence not in md
    assert all("Of 1 patch that people had merged" in text for text in (html, md))
    assert "| people" not in md


def test_published_scores_stand_beside_the_study(cli: Cli) -> None:
    """With both ranks and what follows; a benchmark's name is a text like any other."""
    rows = "model,benchmark,score,n,source,as_of\nm1,<b>Bench,0.6,500,vendor,2026-01-31\n"
    rows += "m2,<b>Bench,0.4,500,vendor,2026-01-31\n"
    (cli.folder / "scores.csv").write_text(rows, encoding="utf-8")
    assert "Published" not in make(cli)[1]
    assert cli.quick("scores", "import", "scores.csv").code == 0
    html, md = make(cli)
    assert "<h3>Published: &lt;b&gt;Bench</h3>" in html
    assert r"### Published: \<b\>Bench" in md
    assert all("60.0% (55.6% to 64.2%)" in text for text in (html, md))


def test_a_sealed_study_reports_pooled_figures_alone(cli: Cli, output_id: str) -> None:
    """No candidate's name, no output, no diff, until the reveal; a leak can be written down."""
    assert cli.quick("seal").code == 0
    told = cli.quick("report").out
    html, md = make(cli, "--text", "verbatim")
    for text in (told, html, md, cli.quick("report", "--json").out):
        assert not re.search(r"\bm[12]\b", text)
        assert "all candidates (sealed)" in text.replace("\\", "")
    assert "until workbench reveal" in " ".join(told.split())
    assert 'class="diff"' not in html
    assert output_id not in html + md
    leak = ("--kind", "functional", "--severity", "2")
    assert cli.quick("defect", "add", output_id, *leak).code == 0


def test_what_is_not_needed_is_not_loaded(cli: Cli) -> None:
    """Help loads no library of numbers; the first page no plotting library, no templates."""
    script = (
        "import sys\nfrom workbench.cli.commands import make_app\n"
        "make_app()(sys.argv[1:], standalone_mode=False)"
    )
    told = "\nprint('LOADED', *sorted({name.split('.')[0] for name in sys.modules}))"
    for words, unwanted in (
        (["report", "--help"], {"scipy", "numpy", "jinja2", "matplotlib", "sqlmodel"}),
        (["report"], {"jinja2", "matplotlib"}),
    ):
        done = subprocess.run(
            [sys.executable, "-c", script + told, *words],
            cwd=cli.folder, env=environment(cli.folder), capture_output=True, text=True, check=True,
        )  # fmt: skip
        loaded = set(done.stdout.rpartition("LOADED ")[2].split())
        assert "typer" in loaded
        assert loaded & unwanted == set()


def test_candidate_locks_stand_in_the_provenance(cli: Cli) -> None:
    """Where runs wrote down what each candidate was."""
    assert "candidate locks" not in make(cli)[1]
    (cli.folder / "candidates.lock.json").write_text("{}")
    digest = hashlib.sha256(b"{}").hexdigest()
    assert all(digest in text for text in make(cli))


def test_the_same_data_give_the_same_bytes(cli: Cli, tmp_path: Path) -> None:
    """Also in another folder; and the file is there whole, for its owner alone."""
    first = make(cli)
    assert make(cli) == first
    shutil.copytree(cli.folder, tmp_path / "moved", symlinks=True)
    assert make(Cli(tmp_path / "moved")) == first
    assert (cli.folder / "r.html").stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_is_named_and_the_old_one_stays(cli: Cli) -> None:
    """Exit 3, one line."""
    (cli.folder / "r.html").mkdir()
    done = cli.quick("report", "--html", "r.html")
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert "r.html cannot be written" in done.err
    done = cli.quick("report", "--md", "nowhere/r.md")
    assert (done.code, "nowhere/r.md cannot be written" in done.err) == (3, True)


def test_without_its_plotting_library_the_report_says_so(cli: Cli) -> None:
    """Everything else is there."""
    stub = cli.folder / "stub"
    stub.mkdir()
    (stub / "matplotlib.py").write_text("raise ImportError('no module named matplotlib')")
    path = f"{stub}:{Path(__file__).parents[2]}"
    done = cli.run("report", "--html", "r.html", env={"PYTHONPATH": path})
    assert (done.code, "pip install 'readiness-workbench[report]'" in done.err) == (0, True)
    html = (cli.folder / "r.html").read_text("utf-8")
    assert "There are no figures: figures need matplotlib" in html
    assert "<svg" not in html
    assert 'id="provenance"' in html


def test_words_are_redacted_verbatim_or_none(cli: Cli, output_id: str) -> None:
    """Secrets go by themselves; with none, no title, no reason and no line of a patch is left."""
    note = ("--defect", "functional:2:sk-ABCDEFGHIJKLMNOP.py", "--reviewer", "ann")
    cli.ok("label", output_id, "escaped", *note)
    secret, line = "sk-ABCDEFGHIJKLMNOP", "return b + a"
    html, md = make(cli)
    assert secret not in html + md
    assert line in html
    assert line in md
    assert all(secret in text for text in make(cli, "--text", "verbatim"))
    html, md = make(cli, "--text", "none")
    assert line not in html + md
    assert "Title:" not in md
    assert "escaped" in md


CLEAR, VAGUE = ticket("t1", "clear"), ticket("t2", "vague")
ASKS = {"message": "which one?", "delivery": "ask"}
Rows = list[Mapping[str, object]]
STUDIES: dict[str, tuple[Rows, Rows, list[str], str]] = {
    "no output": ([CLEAR], [], [], "no outputs yet"),
    "one ticket, no label": (
        [CLEAR], [prediction("t1", "m1", change())], [], "1 output has no label yet",
    ),
    "all void": (
        [CLEAR, VAGUE],
        [prediction(t, "m1", "", delivery="void") for t in ("t1", "t2")],
        [],
        "The harness failed on 2 outputs",
    ),
    "all abstained": (
        [CLEAR, VAGUE],
        [prediction(t, "m1", "", **ASKS) for t in ("t1", "t2")],
        ["abstained"],
        "There is no merge rate of m1",
    ),
    "nothing tested": (
        [CLEAR], [prediction("t1", "m1", change())], ["merged"],
        "The tests did not run on 1 output",
    ),
    "nothing marked": (
        [ticket("t1", "unset")], [prediction("t1", "m1", change())], ["merged"],
        "Marked neither clear nor vague: 1 of 1 ticket",
    ),
    "some left": (
        [CLEAR, VAGUE], [prediction(t, m, change()) for t in ("t1", "t2") for m in ("m1", "m2")],
        ["merged", ""], "2 outputs have no label yet",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STUDIES)
def test_where_little_is_known_the_report_says_what(fresh: Cli, name: str) -> None:
    """0/0 is a dash with its reason, never 0 % or 100 %; no interval is made up."""
    tickets, outputs, labels, sentence = STUDIES[name]
    fresh.quick("tickets", "import", write_lines(fresh.folder / "t.jsonl", tickets))
    if outputs:
        fresh.quick("outputs", "import", write_lines(fresh.folder / "o.jsonl", outputs))
    rows = fresh.quick("outputs", "list", "--json").json("outputs")
    for nth, row in enumerate(rows):
        if labels and labels[nth % len(labels)]:
            assert fresh.quick("label", str(row["id"]), labels[nth % len(labels)]).code == 0
    html, md = make(fresh)
    told = fresh.quick("report").out
    for text in (told, html, md):
        assert sentence in " ".join(text.split())
        assert "0/0 0" not in text
        assert not re.search(r"\bnan\b|\binf\b", text)
    if outputs:
        assert "—" in told
    with open_workbench(find_study(fresh.folder)) as bench:
        made = Comparisons(bench.store, "ann").make()
    for column in made.columns:
        for line, rate in column.rates.items():
            assert (rate.value is None) == bool(column.reasons.get(line))
    assert len(made.columns) == len({row["candidate"] for row in rows})


def test_t4_a_report_on_thirty_hostile_names_holds_no_markup_of_theirs(
    hostile: Path, names: Mapping[int, str], tmp_path: Path, record_property: RecordProperty
) -> None:
    """As HTML: elements of the template alone, no script, nothing that a browser would fetch."""
    shutil.copytree(hostile, tmp_path / "study", symlinks=True)
    html, md = make(Cli(tmp_path / "study"), "--text", "verbatim")
    page = Read(html)
    tags = {tag for tag, _ in page.elements}
    assert tags.isdisjoint({"script", "img", "iframe", "object", "embed", "link", "base", "form"})
    for _, attributes in page.elements:
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")
        assert "src" not in attributes
    shown = "".join(page.text)
    for text in names.values():
        assert display(text)[:30].rstrip() in shown
    for text in (html, md):
        assert [line for line in text.split("\n") if net(line) != (line, 0)] == []
    record_property("cases", 2 * len(names))


BAIT = (
    "](http://evil.example/x) ![y](http://evil.example/y) <img src=x onerror=alert(1)> `code` |"
    " **b** https://evil.example www.evil.example @team $x$ &lt; # h"
)


def test_t5_nothing_of_theirs_is_read_as_markdown(
    fresh: Cli, record_property: RecordProperty
) -> None:
    """Not in a title, not in a candidate's name; a fence is longer than any in a diff."""
    patch = change(new="a  # ```` and ``` and `")
    fresh.quick(
        "tickets", "import", write_lines(fresh.folder / "t.jsonl", [ticket("t1", title=BAIT)])
    )
    row = prediction("t1", f"m {BAIT}", patch)
    fresh.quick("outputs", "import", write_lines(fresh.folder / "o.jsonl", [row]))
    write_lines(
        fresh.folder / "c.jsonl", [{"ticket": "t1", "candidate": f"m {BAIT}", "tests": "pass"}]
    )
    fresh.quick("outputs", "tests", "c.jsonl")
    (output,) = fresh.quick("outputs", "list", "--json").json("outputs")
    fresh.quick("label", str(output["id"]), "escaped", "--defect", "functional:2")
    _, md = make(fresh)
    prose, _, rest = md.partition("`````diff\n")
    prose += rest.partition("\n`````\n")[2]
    left = re.sub(r"\\.", "", prose)  # what is not behind a backslash
    left = left.replace("`workbench gate init`", "")  # ours
    for bait in ("[", "<", "`", "**b", "://", "www.", "@", "$", "&", "~", "# h"):
        assert bait not in left.replace("# Which", "").replace("## ", ""), bait
    assert "# ```` and ``` and `" in rest
    record_property("cases", 11)
