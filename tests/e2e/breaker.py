"""`workbench` with one part that fails: `python breaker.py WHERE ARGUMENT...`.

What fails holds a key and a model's words in its local variables and quotes both in its message.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable

from workbench.__main__ import main
from workbench.cli import opening, study
from workbench.services.queues import Queues
from workbench.services.reviews import Reviews
from workbench.store.store import Store
from workbench.tui import terminal
from workbench.tui.screens import review
from workbench.tui.widgets.lines import LinesView


def fail(*_: object, **__: object) -> None:
    """A bug."""
    words, key, token = (os.environ[name] for name in ("WORDS", "WB_API_KEY", "HUB_TOKEN"))
    raise KeyError(f"{words}\x1b[2J\n", key, token)


async def fail_later() -> None:
    """A bug in a worker."""
    fail()


def fill_disk(*_: object) -> None:
    """The disk is full."""
    with open("/dev/full", "wb", buffering=0) as file:  # noqa: PTH123 - its error names it
        try:
            file.write(b"x")
        except OSError as error:
            raise OSError(error.errno, error.strerror, file.name) from error


def spawn_thread(*_: object) -> None:
    """What fails is another thread."""
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


SCREEN = review.ReviewScreen
PLACES = {
    "key": (SCREEN, "action_set_aside", fail),
    "timer": (SCREEN, "action_set_aside", lambda screen, _: screen.set_timer(0.01, fail)),
    "thread worker": (SCREEN, "action_set_aside", lambda s, _: s.run_worker(fail, thread=True)),
    "worker": (SCREEN, "action_set_aside", lambda s, _: s.run_worker(fail_later())),
    "thread": (SCREEN, "action_set_aside", spawn_thread),
    "input": (terminal.ReplyFilter, "feed", fail),
    "paint": (LinesView, "render_line", fail),
    "mount": (SCREEN, "on_mount", fail),
    "compose": (SCREEN, "compose", fail),
    "end": (SCREEN, "on_unmount", fail),
    "opening": (opening, "open_desk", fail),
    "preparing": (Queues, "open", fail),
    "saving": (Reviews, "record", fail),
    "command": (Store, "list_outputs", fail),
    "init": (study, "create_study", fail),
    "machine": (Store, "list_outputs", fill_disk),
}


def say_closed(store: Store, close: Callable[[Store], None] = Store.close) -> None:
    """Close it, and say so in the log."""
    close(store)
    logging.getLogger("workbench.breaker").info("the store is closed")


if __name__ == "__main__":
    setattr(Store, "close", say_closed)  # noqa: B010 - to a checker a method is no variable
    owner, name, broken = PLACES[sys.argv.pop(1)]
    assert hasattr(owner, name), name  # else nothing would fail, and a test prove nothing
    setattr(owner, name, broken)
    main()
