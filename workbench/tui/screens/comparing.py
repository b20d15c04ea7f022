"""The ways to the dashboard and to the runs; an output chosen in the first comes in front."""

from workbench.tui.screens.checking import CheckingScreen


class ComparingScreen(CheckingScreen):
    """The part of the review screen that opens the dashboard."""

    def is_done(self) -> bool:
        """Whether this reviewer has no label left to give."""
        raise NotImplementedError

    def action_dashboard(self) -> None:
        """Candidates side by side; an output chosen there comes in front."""
        from workbench.tui.screens.dashboard import DashboardScreen  # not before the first paint

        desk = self.desk
        if desk is None:
            self.say("opening the study: one moment", "warn")
        elif self.is_free():
            may_see_all = desk.open_names or self.is_done()
            screen = DashboardScreen(desk.compare, may_see_all=may_see_all)
            self.app.push_screen(screen, self._show_chosen)

    def action_runs(self) -> None:
        """How far the runs are."""
        from workbench.tui.screens.watching import RunScreen  # not before the first paint

        if self.desk is None:
            self.say("opening the study: one moment", "warn")
        elif self.is_free():
            watch = self.desk.watch()
            self.app.push_screen(RunScreen(watch.look, watch.close))

    def _show_chosen(self, output_id: str | None) -> None:
        if output_id is not None:
            self.go_to(output_id)
