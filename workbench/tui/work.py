"""Work off the UI thread."""

from collections.abc import Callable

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
