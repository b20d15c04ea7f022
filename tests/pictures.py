"""Makes the README's pictures from the real app on the sample study: `python tests/pictures.py`.

The demo is made in a temporary folder, partly labelled from its key, and photographed.
"""

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".github" / "pictures"
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


async def _take(n_labels: int, keys: list[str], size: tuple[int, int], name: str) -> None:
    """Label the first outputs of the queue as the key does, press keys, save an SVG."""
    from workbench.adapters.sample import find_sample, read_key
    from workbench.bootstrap import find_study, open_desk, open_workbench, read_first_screen
    from workbench.services.demo import make_demo, output_ids
    from workbench.tui.app import WorkbenchApp
    from workbench.tui.screens.review import ReviewScreen, ReviewSettings

    folder = Path(tempfile.mkdtemp()) / "demo"
    make_demo(folder)
    study = find_study(folder)
    decisions = {(e.ticket_id, e.candidate): e.decision for e in read_key(find_sample())}
    with open_workbench(study) as bench:
        reviews = bench.reviews("you")
        by_id = {output: where for where, output in output_ids(bench.store).items()}
        for item in bench.store.queue_page("you", None, n_labels):
            reviews.decide(item.output_id, decisions[by_id[item.output_id]], is_sure=True)
    app = WorkbenchApp(
        read_first_screen(study, "you", open_names=False),
        ReviewSettings("demo", "you", study.rubric, "auto", 120, True, True),
        lambda: open_desk(study, "you", open_names=False),
        keymap={},
    )
    async with app.run_test(size=size) as pilot:
        screen = app.screen
        assert isinstance(screen, ReviewScreen)
        for _ in range(400):
            await pilot.pause(0.02)
            if screen.desk and screen.item and screen.item.output_id in screen.shelf:
                break
        await pilot.press(*keys)
        await pilot.pause(0.2)
        svg = _FONT.sub("", app.export_screenshot(title="workbench"))
    (FOLDER / name).write_text(svg.replace("Fira Code", "monospace"), encoding="utf-8")
    print(FOLDER / name)


def main() -> None:
    """All pictures."""
    os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp()
    FOLDER.mkdir(parents=True, exist_ok=True)
    asyncio.run(_take(9, [], (168, 42), "review.svg"))
    asyncio.run(_take(40, [], (120, 44), "numbers.svg"))


if __name__ == "__main__":
    sys.exit(main())
