"""Reports of tests, read as what they are: files that somebody else wrote."""

from pathlib import Path

import pytest

from workbench.adapters.junit import read_junit
from workbench.domain.delta import Ending, SuiteRun
from workbench.domain.errors import InputRefused

HEAD = '<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest">'
END = "</testsuite></testsuites>"


def read(tmp_path: Path, text: str) -> SuiteRun:
    path = tmp_path / "report.xml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return read_junit(path)


def case(name: str, classname: str = "t.test_a", file: str = "t/test_a.py", inner: str = "") -> str:
    where = f' file="{file}"' if file else ""
    return f'<testcase classname="{classname}" name="{name}"{where}>{inner}</testcase>'


def test_ids_and_endings(tmp_path: Path) -> None:
    """Ids as pytest writes them, an error as a failure, the end of what was said."""
    text = HEAD + "".join(
        (
            case("a"),
            case("b[x::y]", "t.test_a.K.L", inner='<failure message="m">tail</failure>'),
            case("c", inner='<skipped type="pytest.xfail" message="later"/>'),
            case("d", "other.Base", inner='<error message="teardown">gone</error>'),
            case("e", "com.example.T", file=""),
        )
    )
    found = read(tmp_path, text + END)
    assert found.endings == {
        "t/test_a.py::a": Ending.PASSED,
        "t/test_a.py::K::L::b[x::y]": Ending.FAILED,
        "t/test_a.py::c": Ending.SKIPPED,
        "other.Base::d": Ending.FAILED,
        "com.example.T::e": Ending.PASSED,
    }
    assert found.tails["t/test_a.py::K::L::b[x::y]"] == "m\ntail"


def test_the_worst_of_two_entries_counts(tmp_path: Path) -> None:
    """A test that passed and failed in its teardown failed, in whichever order they stand."""
    red = case("a", inner="<error>x</error>")
    for text in (case("a") + red, red + case("a")):
        assert read(tmp_path, HEAD + text + END).endings == {"t/test_a.py::a": Ending.FAILED}


def test_modules_that_could_not_be_collected(tmp_path: Path) -> None:
    """They are no tests: the ids below them are simply not there."""
    error = '<error message="collection failure">ImportError: x</error>'
    skipped = '<skipped message="collection skipped">no</skipped>'
    text = case("t.test_a", "", "", error) + case("t.test_b", "", "", skipped) + case("a")
    found = read(tmp_path, HEAD + text + END)
    assert found.uncollected == {"t.test_a": "collection failure\nImportError: x"}
    assert set(found.endings) == {"t/test_a.py::a"}


def test_a_long_failure_is_cut_to_its_end(tmp_path: Path) -> None:
    """However much it said, a few thousand characters are kept."""
    long = case("a", inner=f"<failure>{'x' * 300_000}the end</failure>")
    tail = read(tmp_path, HEAD + long + END).tails["t/test_a.py::a"]
    assert tail.endswith("the end")
    assert len(tail) <= 4000


LAUGHS = (
    '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><testsuites>&c;'
    "</testsuites>"
)
OUTSIDE = '<!DOCTYPE a SYSTEM "file:///etc/passwd"><testsuites/>'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not whole"),
        (HEAD + case("a"), "not whole"),
        ("5 passed", "not whole"),
        ("<html/>", "begins with html"),
        (LAUGHS, "document type"),
        (OUTSIDE, "document type"),
        (HEAD + "<a>" * 100 + "</a>" * 100 + END, "nested too deeply"),
        (HEAD + case("n" * 3000) + END, "too long"),
        (HEAD + case("\udcff") + END, "not whole"),
        (HEAD + "\0" + END, "not whole"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """Half, empty, another language, entities, depth, bad bytes: one sentence, no result."""
    with pytest.raises(InputRefused, match=said):
        read(tmp_path, text)
