"""The application: routes to its screen, filters what reaches the terminal, and nothing more."""

import gc
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.driver import Driver
from textual.filter import LineFilter
from textual.screen import Screen
from textual.types import CSSPathType
from textual.worker import WorkerFailed

from workbench.domain.queue import FirstScreen
from workbench.text import display, display_lines
from workbench.tui.actions import REVIEW, Action, make_bindings, resolve_keys, show_key
from workbench.tui.messages import TerminalAnswered
from workbench.tui.net import ControlCharacterFilter
from workbench.tui.screens.ground import GroundScreen
from workbench.tui.screens.opening import OpeningScreen
from workbench.tui.screens.panes import ReviewSettings
from workbench.tui.screens.review import ReviewScreen
from workbench.tui.themes import ABOUT, THEMES, choose_theme

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.services.desk import OpenDesk

STYLES = Path(__file__).parent  # absolute: Textual would look beside the file of each subclass

_log = logging.getLogger("workbench.app")


class ActionProvider(Provider):
    """Every action of the registry, in the palette."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for action in self._actions:
            run = partial(self._run, action.command)
            yield DiscoveryHit(self._title(action), run, action.title, help=action.help)

    async def search(self, query: str) -> Hits:
        """Those whose title or help match."""
        matcher = self.matcher(query)
        for action in self._actions:
            score = matcher.match(f"{action.title} {action.help}")
            if score:
                run = partial(self._run, action.command)
                title = self._title(action, matcher.highlight(action.title))
                yield Hit(score, title, run, action.title, help=action.help)

    @property
    def _actions(self) -> tuple[Action, ...]:
        return self.app.ACTIONS if isinstance(self.app, StudyApp) else REVIEW

    def _title(self, action: Action, title: Content | None = None) -> Content:
        """What it is called, and the keys that do the same."""
        keys = self.app.keys if isinstance(self.app, StudyApp) else {}
        shown = " ".join(show_key(key) for key in keys.get(action.id, ()))
        return Content.assemble(title or action.title, "   ", (shown, "dim"))

    async def _run(self, command: str) -> None:
        await self.screen.run_action(command)


class StudyApp(App[str]):
    """Shows one screen to one person; what it returns has to be read after the screen is gone."""

    CSS_PATH: ClassVar[CSSPathType | None] = STYLES / "review.tcss"
    TITLE = "workbench"
    COMMANDS: ClassVar = {ActionProvider}
    ESCAPE_TO_MINIMIZE = False
    ACTIONS: ClassVar[tuple[Action, ...]] = REVIEW

    def __init__(
        self,
        make_screen: Callable[[str], GroundScreen],
        *,
        keymap: dict[str, tuple[str, ...]],
        theme: str = "dark",
        open_log: Callable[[], Path | None] = lambda: None,
    ) -> None:
        """Resolve the keys before anything is drawn; what is refused is said in the bar.

        `make_screen` gets that sentence, "" for none, and finds the keys in force in `keys`.
        """
        self.net = ControlCharacterFilter()
        super().__init__()
        unknown = self._take_theme(theme)
        self.keys, problems = resolve_keys(self.ACTIONS, self._drop_foreign(keymap))
        refused = [f"[keys]: {problem.sentence}" for problem in problems]
        refused += [f"theme: {unknown}"] if unknown else []
        notice = f"workbench.toml {display('; '.join(refused))}" if refused else ""
        self._review = make_screen(notice)
        for binding in make_bindings(self.ACTIONS, self.keys):
            self._review._bindings.bind(  # noqa: SLF001 - screens have no public way to add one
                binding.key, binding.action, binding.description, show=False
            )
        self._open_log = open_log
        self.crash: Exception | None = None  # the error that ended it

    def search_themes(self) -> None:
        """The list of themes: ours first, with what they are for."""
        names = [*ABOUT, *sorted(self.available_themes.keys() - ABOUT.keys())]
        choose = [(n, partial(setattr, self, "theme", n), ABOUT.get(n)) for n in names]
        self.search_commands(choose, "Which colours?")

    def get_driver_class(self) -> type[Driver]:
        """Textual's own driver, unless it is the one that types a terminal's replies as keys."""
        found = super().get_driver_class()
        if found.__name__ != "LinuxDriver":
            return found
        from workbench.tui.terminal import TerminalDriver

        return TerminalDriver

    async def action_quit(self) -> None:
        """Quit from anywhere; a label that is not on disk asks first."""
        self._review.action_leave()

    async def on_event(self, event: events.Event) -> None:
        """A text that is pasted comes from anywhere, so it is made safe before any field has it."""
        if isinstance(event, events.Paste):
            event.text = "\n".join(display_lines(event.text))
        await super().on_event(event)

    def on_terminal_answered(self, message: TerminalAnswered) -> None:
        """Keys were left out: a person who did press one is told why nothing happened."""
        self._review.say(message.sentence, "warn")

    def get_line_filters(self) -> list[LineFilter]:
        """Textual's own filters, then the net for what a widget forgot."""
        return [*super().get_line_filters(), self.net]

    def get_default_screen(self) -> Screen[None]:
        """The one screen, with no empty one of Textual's under it."""
        return self._review

    def on_mount(self) -> None:
        """The first frame is on its way."""
        self.app_resume_signal.subscribe(self, self._repaint)
        self.call_after_refresh(self._settle_memory)
        self.call_after_refresh(self._read_styles)

    def _read_styles(self) -> None:
        """Of the screens that come later: to read them takes 2 % of a start."""
        path = STYLES / "workbench.tcss"
        if not self.stylesheet.has_source(str(path)):
            self.stylesheet.read(path)
            self.stylesheet.parse()

    def _repaint(self, _: App[object]) -> None:
        """Back from a shell, whose text the terminal shows."""
        self.screen.refresh()

    def _drop_foreign(self, keymap: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """What a keymap says of this screen's actions; those of another screen are no mistake."""
        if not keymap:
            return keymap
        from workbench.tui.triage_actions import EVERY

        elsewhere = {a.id for a in EVERY} - {a.id for a in self.ACTIONS}
        return {name: keys for name, keys in keymap.items() if name not in elsewhere}

    def _take_theme(self, wanted: str) -> str:
        """Before any style is read, since all would be read again; returns "" or what is wrong."""
        for theme in THEMES:
            self.register_theme(theme)
        name, unknown = choose_theme(wanted)
        self.set_reactive(App.theme, name)
        is_dark = self.current_theme.dark
        self.set_class(is_dark, "-dark-mode", update=False)
        self.set_class(not is_dark, "-light-mode", update=False)
        self.add_class(f"-theme-{name}", update=False)
        self._refresh_truecolor_filter(self.ansi_theme)
        self.stylesheet.set_variables(self.get_css_variables())
        return unknown

    def on_unmount(self) -> None:
        """What the net caught, also before there was a log."""
        if self.net.hits:
            self._open_log()
            self.net.tell()

    def _handle_exception(self, error: Exception) -> None:
        """A bug ends the app in order: logged at once, told by the command line afterwards.

        Textual would print a traceback with local variables, which hold what models wrote.
        """
        if self.is_headless:  # a test wants to see it
            super()._handle_exception(error)
            return
        if isinstance(error, WorkerFailed):  # what happened in the worker
            error = error.error if isinstance(error.error, Exception) else error
        if self._open_log():  # without a file Python would print it
            _log.error("unexpected error", exc_info=error)
        self.crash = self.crash or error
        self.exit(return_code=1)

    def _settle_memory(self) -> None:
        """Collections are the tail of key latency: what exists by now stays for good.

        Nothing is collected here: the thread that writes the first frame would wait for it.
        """
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        gc.enable()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a text field has focus no chord acts either, quitting apart."""
        is_typing = self.screen is not self._review
        return (
            False
            if is_typing and action in {"command_palette", "change_theme"}
            else super().check_action(action, parameters)
        )


class WorkbenchApp(StudyApp):
    """Shows one study's outputs to one reviewer."""

    def __init__(
        self,
        first: FirstScreen,
        settings: ReviewSettings,
        open_desk: "OpenDesk",
        *,
        keymap: dict[str, tuple[str, ...]],
        theme: str = "dark",
        open_log: Callable[[], Path | None] = lambda: None,
    ) -> None:
        """`first` is what the first paint shows; `open_desk` is called after it."""
        make = partial(self.build_screen, first, settings, open_desk)
        super().__init__(make, keymap=keymap, theme=theme, open_log=open_log)

    def build_screen(
        self, first: FirstScreen, settings: ReviewSettings, open_desk: "OpenDesk", notice: str
    ) -> OpeningScreen:
        """The one screen that stands under all others."""
        return ReviewScreen(first, settings, open_desk, self.keys, notice)
