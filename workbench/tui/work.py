"""Work off the UI thread, and programs that have the terminal meanwhile."""

from collections.abc import Callable

from textual.app import App
from textual.dom import DOMNode


def start_work(
    node: DOMNode, work: Callable[[], None], group: str, *, is_last: bool = True
) -> None:
    """Run `work` in a thread; `is_last` cancels what the group does already.

    It is named by its group: Textual would name it by the repr of the work, which for a worker that
    holds a diff takes longer than the frame it was kept out of.
    """
    node.run_worker(
        work, name=group, group=group, description=group, thread=True, exclusive=is_last
    )


def hand_over(app: App[object], act: Callable[[], int]) -> int:
    """What a program says that has the terminal; raises what it raised, with the terminal back.

    SuspendNotSupported where it cannot be had.
    """
    failure: Exception | None = None
    with app.suspend():
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - past `suspend` it would keep the terminal
            failure = error
    raise failure
