"""Makes the README's pictures from the real app on the sample study: `python tests/pictures.py`.

The demo is made in a temporary folder, labelled from its key as far as a picture wants it, and
photographed.
"""

import asyncio
import re
import tempfile
from pathlib import Path

from workbench.adapters.sample import find_sample, read_key
from workbench.bootstrap import open_demo, open_desk, open_workbench, read_first_screen
from workbench.services.demo import output_ids
from workbench.study import Study
from workbench.tui.app import WorkbenchApp
from workbench.tui.screens.panes import ReviewSettings
from workbench.tui.screens.review import ReviewScreen

FOLDER = Path(__file__).parent.parent / ".github" / "pictures"
REVIEWER = "you"
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


async def take(study: Study, size: tuple[int, int]) -> str:
    """Open the app, wait until it has coloured the diff, and return what it shows as SVG."""
    settings = ReviewSettings(
        "demo", REVIEWER, study.rubric, "auto", 120, queue_pane=True, metrics_pane=True
    )
    first = read_first_screen(study, REVIEWER, open_names=False)
    app = WorkbenchApp(
        first, settings, lambda: open_desk(study, REVIEWER, open_names=False), keymap={}
    )
    async with app.run_test(size=size) as pilot:
        screen = app.screen
        if not isinstance(screen, ReviewScreen):
            raise TypeError("the review screen is not in front")
        for _ in range(1000):
            if not screen.labels_off and (
                screen.item is None or screen.item.output_id in screen.shelf
            ):
                break
            await pilot.pause(0.01)
        await pilot.pause(0.1)
        svg = _FONT.sub("", app.export_screenshot(title="workbench"))
    return svg.replace("Fira Code", "monospace")


def main() -> None:
    """All pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for n_labels, size, name in ((9, (160, 40), "review.svg"), (40, (100, 32), "numbers.svg")):
        with tempfile.TemporaryDirectory() as folder:
            study = open_demo(Path(folder), is_new=True)
            label_first(study, n_labels)
            svg = asyncio.run(take(study, size))
        (FOLDER / name).write_text(svg, encoding="utf-8")
        print(FOLDER / name)


if __name__ == "__main__":
    main()
