"""Two panes of a pair: in step where both touch a file, still where only one does."""

from textual.pilot import Pilot

from workbench.tui.widgets.linked_diff import LinkedDiff

from .stage import Stage, address, document, file_diff, on_stage


def texts(view: LinkedDiff) -> str:
    strips = view.render_lines(view.size.region)
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def test_field_d18_panes_stay_in_step_where_files_differ_and_one_is_empty() -> None:
    """A file of both is met by its line; one of the other alone moves nothing; nothing says so."""
    left_diff = file_diff("only_left.py", ["a"], ["b"]) + file_diff("shared.py", ["x"], ["y"], 40)
    right_diff = file_diff("shared.py", ["x"], ["z"], 40) + file_diff("only_right.py", [], ["c"])

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        left, right = LinkedDiff(id="left"), LinkedDiff(id="right")
        await stage.screen.mount(left, right)
        left.show(document(left_diff))
        right.show(document(right_diff, "two"))
        await pilot.pause()
        right.go_to_file(1)
        before = address(right)
        left.go_to_file(0)
        place = left.base_place
        assert place
        assert place.path == "only_left.py"
        assert not right.follow(place)
        assert address(right) == before
        left.go_to_file(1)
        place = left.base_place
        assert place
        assert right.follow(place)
        assert (address(right).path, address(right).line) == ("shared.py", address(left).line)
        right.show(document(b"", "empty"), message="no patch on this side")
        await pilot.pause()
        assert not right.follow(place)
        assert right.base_place is None
        assert "no patch on this side" in texts(right)
        left.move_hunk(-1)
        await pilot.pause()

    on_stage(act, (80, 60))
