"""What reaches a real terminal while hostile texts are on every screen: nothing that steers it.

Each walk drives the app over its screens, counts which of the thirty texts were really shown in
which place, and judges every byte that came.
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.text import decode

from . import gauntlet
from .gauntlet import Gauntlet, faults, part
from .kit import Pty, run_workbench

RecordProperty = Callable[[str, object], None]
WIDE, TALL, SMALL = (300, 50), (240, 200), (150, 50)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A home of their own."""
    home = str(tmp_path_factory.mktemp("home"))
    return {"HOME": home, "XDG_DATA_HOME": home, "USER": "ann", "LOGNAME": "ann"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, env: dict[str, str]) -> Gauntlet:
    """The study; only to be copied."""
    return gauntlet.make(tmp_path_factory.mktemp("gauntlet"), env)


@pytest.fixture
def study(made: Gauntlet, tmp_path: Path) -> Gauntlet:
    """A copy, so that no walk meets the labels of another."""
    shutil.copytree(made.folder, tmp_path / "study", symlinks=True)
    return Gauntlet(tmp_path / "study", made.texts, made.env)


@pytest.fixture(scope="module")
def clean(env: dict[str, str]) -> bytes:
    """The wire of a run that shows only our own sample, from start to end."""
    run_workbench("demo", env=env)
    with Pty("demo", env=env) as screen:
        screen.until(" left")
        screen.rest()
        screen.send("q")
        assert screen.wait() == 0
    return screen.raw


def start(screen: Pty) -> None:
    """Wait until labels can be saved."""
    screen.until(" left")
    screen.rest(0.3)


def wait_for(screen: Pty, study: Gauntlet, number: int, **wanted: str) -> set[tuple[str, str, int]]:
    """Wait until a text is in all these places of all these parts; what was seen."""
    width, height = screen.size
    body = range(1, height)
    areas = {
        "header": (range(width), range(1)),
        "queue": (range(34), body),
        "center": (range(34, width - 40), body),
        "numbers": (range(width - 40, width), body),
        "bar": (range(width), range(height - 2, height)),
        "anywhere": (range(width), range(height)),
    }

    def missing() -> dict[str, set[str]]:
        found = {
            where: study.missing(part(screen, *areas[where]), places, number)
            for where, places in wanted.items()
        }
        return {where: marks for where, marks in found.items() if marks}

    try:
        screen.until(lambda: not missing(), 10)
    except AssertionError as error:
        raise AssertionError(f"never seen: {missing()}\n{screen.text}") from error
    return {(where, place, number) for where, places in wanted.items() for place in places}


def wait_for_another(screen: Pty, before: str) -> None:
    """Wait until the header tells of another output, and has come whole."""
    screen.until(lambda: screen.lines[0] != before)
    screen.rest(0.03)


def finish(
    screen: Pty, clean: bytes, seen: set[tuple[str, str, int]], record: RecordProperty
) -> None:
    """Quit, count the cases, and judge everything that the terminal got."""
    screen.send("q")
    assert screen.wait() == 0
    assert screen.is_restored()
    record("cases", len(seen))
    assert faults(screen.raw, clean) == {}


def test_t1_the_judge_sees_what_it_looks_for(made: Gauntlet, clean: bytes) -> None:
    """Raw on the wire, each text that steers a terminal is found; the clean run has none."""
    assert faults(clean, clean) == {}
    found = {n for n, text in made.texts.items() if faults(clean + text, clean)}
    deceive_a_reader = {15, 16, 17, 18, 19, 20, 21, 22, 26, 28, 29}
    assert found == set(made.texts) - deceive_a_reader


def unfold(screen: Pty, study: Gauntlet, number: int) -> None:
    """What holds a NUL counts as binary, and is folded."""
    if b"\0" in study.texts[number]:
        screen.send("]z")


SHOWN = {"c": "sop", "d": "n", "e": "a", "f": "xz"}  # what the diff pane shows of each output


def test_t1_names_tickets_paths_and_patches(
    study: Gauntlet, clean: bytes, record_property: RecordProperty
) -> None:
    """Every output in front once, names open, its ticket beside it."""
    seen: set[tuple[str, str, int]] = set()
    with study.open(WIDE, "--open") as screen:
        start(screen)
        screen.send("t")
        for n in range(4 * len(study.texts)):
            before = screen.lines[0]
            if n:
                screen.send("J")
                wait_for_another(screen, before)
            name, number = screen.lines[0][1], int(screen.lines[0][2:4])
            center = "itb" + SHOWN[name]
            unfold(screen, study, number)
            seen |= wait_for(screen, study, number, header=name, queue=name, center=center)
        finish(screen, clean, seen, record_property)
    assert len(seen) == 18 * len(study.texts)


def test_t1_messages_flags_and_notices(
    study: Gauntlet, clean: bytes, record_property: RecordProperty
) -> None:
    """Names hidden: a look at each message, then a label, and the bar says of what."""
    seen: set[tuple[str, str, int]] = set()
    todo = set(study.texts)
    with study.open(SMALL) as screen:
        start(screen)
        while todo:
            before = screen.lines[0]
            number = int(re.findall(r" i(\d\d)", before)[0])
            if "tests green" in before:
                unfold(screen, study, number)
                seen |= wait_for(screen, study, number, header="i", queue="i", center="sop")
                screen.send("o")
                seen |= wait_for(screen, study, number, center="mg")
                screen.send("om")
                seen |= wait_for(screen, study, number, bar="i")
                todo.remove(number)
            else:
                screen.send("J")
            wait_for_another(screen, before)
        finish(screen, clean, seen, record_property)
    assert len(seen) == 8 * len(study.texts)


def pasted(place: str, number: int, text: bytes) -> str:
    """A text on the clipboard, as a terminal hands it in that takes nothing out."""
    return f"\x1b[200~{place}{number:02}{decode(text)[:100]}\x1b[201~"


def test_t1_what_is_pasted_into_fields(
    study: Gauntlet, clean: bytes, record_property: RecordProperty
) -> None:
    """Search, filter, finding, palette: in the field, and in what the screen says afterwards."""
    seen: set[tuple[str, str, int]] = set()
    with study.open(SMALL) as screen:
        start(screen)
        for n, text in study.texts.items():
            screen.send("/")
            screen.until("esc cancels")
            screen.send(pasted("S", n, text))
            seen |= wait_for(screen, study, n, anywhere="S")
            screen.send("\r")
            screen.until(f"not found: S{n:02}")
            screen.send("\\")
            screen.until("Filter the queue by")
            screen.send(pasted("V", n, text))
            seen |= wait_for(screen, study, n, anywhere="V")
            screen.send("\r")
            screen.until(lambda n=n: f"filter: V{n:02}" in screen.lines[-2])  # type: ignore[misc]
            seen |= wait_for(screen, study, n, queue="V", bar="V")
            screen.send("c")
            screen.until("Finding on")
            screen.send("6")
            screen.until("words may be left out")
            screen.send(pasted("W", n, text))
            seen |= wait_for(screen, study, n, anywhere="W")
            screen.send("\r")
            screen.until("saved: finding")
        screen.send("\x10")
        screen.until("Search for commands")
        for n, text in study.texts.items():
            screen.send(pasted("P", n, text))
            seen |= wait_for(screen, study, n, anywhere="P")
            screen.send("\x15")
            screen.until("Search for commands")
        screen.send("\x1b")
        screen.until(lambda: "Search for commands" not in screen.text)
        finish(screen, clean, seen, record_property)
    assert len(seen) == 6 * len(study.texts)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory, env: dict[str, str]) -> Gauntlet:
    """A study in which nothing is left to label, in a folder with a hostile name."""
    parent = tmp_path_factory.mktemp("settled") / "Z00\x1b[2J\u202e \x9b31m"
    parent.mkdir()
    return gauntlet.make(parent, env, settled=True)


def test_t1_the_end_card_and_the_numbers(
    settled: Gauntlet, clean: bytes, record_property: RecordProperty
) -> None:
    """Every candidate by name, and the commands that name the study's folder."""
    seen: set[tuple[str, str, int]] = set()
    with settled.open(TALL, "--open") as screen:
        start(screen)
        screen.until("That was the last one.")
        screen.until("Z00␛[2J<U+202E> <U+009B>31m")
        for n in settled.texts:
            seen |= wait_for(screen, settled, n, center="c", numbers="c")
        finish(screen, clean, seen | {("center", "Z", 0)}, record_property)
    assert len(seen) == 2 * len(settled.texts)


def test_t1_the_rubric_and_the_help(
    study: Gauntlet, clean: bytes, record_property: RecordProperty
) -> None:
    """The rubric is a file of the study; the help stands over all that is hostile."""
    lines = [b"R%02d" % n + text[:2000].split(b"\n")[0] for n, text in study.texts.items()]
    rubric = decode(b"\n".join(lines))
    (study.folder / "rubric.md").write_text(rubric, "utf-8", newline="")
    config = study.folder / "workbench.toml"
    keys = '[keys]\n"K00\\u001b[2J\\u202e" = "f9"'
    settings = config.read_text("utf-8").replace("[keys]", keys)
    config.write_text(f'rubric = "rubric.md"\n{settings}', "utf-8")
    seen: set[tuple[str, str, int]] = set()
    with study.open(TALL) as screen:
        screen.until("K00␛[2J<U+202E>")
        start(screen)
        screen.send("r")
        for n in study.texts:
            seen |= wait_for(screen, study, n, center="R")
        screen.send("?")
        screen.until("esc closes")
        screen.send("\x1b")
        screen.until(lambda: "esc closes" not in screen.text)
        finish(screen, clean, seen | {("bar", "K", 0)}, record_property)
    assert len(seen) == len(study.texts)
