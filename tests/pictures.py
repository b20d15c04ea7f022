"""Makes the README's pictures from the real app on the sample: `python tests/pictures.py [NAME]`.

The demo is made in a temporary folder, labelled from its key as far as a picture wants it, and
photographed.
"""

import asyncio
import os
import re
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import NamedTuple

from textual.pilot import Pilot

from workbench.adapters.sample import find_sample, read_key
from workbench.bootstrap import (
    open_demo,
    open_desk,
    open_workbench,
    read_first_screen,
    utc_now,
)
from workbench.services.demo import output_ids
from workbench.services.triage import Triage
from workbench.study import Study
from workbench.tui.app import WorkbenchApp
from workbench.tui.screens.panes import ReviewSettings
from workbench.tui.screens.review import ReviewScreen
from workbench.tui.screens.triage_app import TriageApp

FOLDER = Path(__file__).parent.parent / ".github" / "pictures"
REVIEWER = "you"
N_LABELS = 9
BY_HAND = ("led-03", "heron-2")  # an output that shows words, files and folds


class Look(NamedTuple):
    """How the screen stands when the picture is taken, and what is pressed before."""

    layout: str = "auto"
    theme: str = "dark"
    keys: tuple[str, ...] = ()


AS_IT_IS = Look()


class Picture(NamedTuple):
    """One picture; `n_labels` outputs have been labelled, and `front` is what is shown."""

    name: str
    size: tuple[int, int]
    n_labels: int
    front: tuple[str, str] = BY_HAND
    look: Look = AS_IT_IS


PICTURES = (
    Picture("review.svg", (160, 40), N_LABELS),
    Picture("numbers.svg", (100, 32), 40),
    Picture("dashboard.svg", (110, 30), 40, look=Look(keys=("D",))),
    Picture("unified.svg", (100, 28), N_LABELS, look=Look("unified", keys=("g",))),
    Picture("split.svg", (160, 28), N_LABELS, look=Look("split", keys=("g", "w"))),
    Picture("wrapped.svg", (120, 28), N_LABELS, look=Look("split", keys=("g", "L"))),
    *(
        Picture(f"theme-{theme}.svg", (110, 28), N_LABELS, look=Look(theme=theme))
        for theme in ("dark", "light", "contrast", "colour-blind")
    ),
)
TRIAGE = Picture("triage.svg", (120, 30), 0)
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def label_first(study: Study, n: int) -> None:
    """Label the first n outputs of the queue as the key does."""
    decisions = {(e.ticket_id, e.candidate): e.decision for e in read_key(find_sample())}
    with open_workbench(study) as bench:
        reviews = bench.reviews(REVIEWER)
        where = {output_id: place for place, output_id in output_ids(bench.store).items()}
        for item in bench.store.queue_page(REVIEWER, None, n):
            decision = decisions[where[item.output_id]]
            reviews.decide(item.output_id, decision, is_sure=True)


async def take(study: Study, size: tuple[int, int], front: str = "", look: Look = AS_IT_IS) -> str:
    """Open the app, wait until it has coloured the diff, and return what it shows as SVG."""
    settings = ReviewSettings(
        "demo", REVIEWER, study.rubric, look.layout, 120, queue_pane=True, metrics_pane=True
    )
    first = read_first_screen(study, REVIEWER, open_names=False)
    desk = partial(open_desk, study, REVIEWER, open_names=False)
    app = WorkbenchApp(first, settings, desk, keymap={}, theme=look.theme)
    async with app.run_test(size=size) as pilot:
        screen = app.screen
        if not isinstance(screen, ReviewScreen):
            raise TypeError("the review screen is not in front")
        await settle(pilot, screen)
        if front:
            screen.go_to(front)
            await settle(pilot, screen)
        await pilot.press(*look.keys)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause(0.1)
        svg = _FONT.sub("", app.export_screenshot(title="workbench"))
    return svg.replace("Fira Code", "monospace")


async def take_triage(study: Study, size: tuple[int, int]) -> str:
    """The screen that asks which tickets are clear, with some of them called."""
    with open_workbench(study) as bench:
        triage = Triage(bench.store, REVIEWER, utc_now)
        app = TriageApp(triage, triage.list(), option="", keymap={})
        async with app.run_test(size=size) as pilot:
            for key in "cvcv":
                await pilot.pause(1)  # a key that is not held down
                await pilot.press(key)
            await pilot.pause(0.1)
            svg = _FONT.sub("", app.export_screenshot(title="workbench"))
    return svg.replace("Fira Code", "monospace")


async def settle(pilot: Pilot[str], screen: ReviewScreen) -> None:
    """Wait until labels are taken and the output in front is coloured."""
    for _ in range(1000):
        if not screen.labels_off and (screen.item is None or screen.item.output_id in screen.shelf):
            break
        await pilot.pause(0.01)
    await pilot.pause(0.1)


def find_output(study: Study, front: tuple[str, str]) -> str:
    """The output of a ticket and a candidate."""
    with open_workbench(study) as bench:
        return output_ids(bench.store)[front]


def main() -> None:
    """All pictures, or those that are named, in the colours of a terminal that has them all."""
    os.environ["COLORTERM"] = "truecolor"
    FOLDER.mkdir(parents=True, exist_ok=True)
    for picture in (*PICTURES, TRIAGE):
        if sys.argv[1:] and picture.name not in sys.argv[1:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            study = open_demo(Path(folder), is_new=True)
            if picture is TRIAGE:
                svg = asyncio.run(take_triage(study, picture.size))
            else:
                label_first(study, picture.n_labels)
                front = find_output(study, picture.front) if picture.n_labels == N_LABELS else ""
                svg = asyncio.run(take(study, picture.size, front, picture.look))
        (FOLDER / picture.name).write_text(svg, encoding="utf-8")
        print(FOLDER / picture.name)


if __name__ == "__main__":
    main()
