"""What every screen that stands under all others can do: say one line, and be left."""

from textual.screen import Screen


class GroundScreen(Screen[None]):
    """The app routes to it and knows nothing else of it."""

    def say(self, text: str, style: str = "dim") -> None:
        """Put one line into the bar; the text is ours or has been through display()."""
        raise NotImplementedError

    def action_leave(self) -> None:
        """Quit; what is not on disk asks first."""
        raise NotImplementedError
