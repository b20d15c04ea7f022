"""The app on one study, and the short way to it.

typer's import and its option parser take longer than all else before the first paint (140 ms of
400), and the parser loads pydantic. So the plain forms of `workbench review` are read here; every
other one, wrong ones included, is left to typer, which also explains them.
"""

import gc
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, NamedTuple

from workbench.bootstrap import open_desk, open_log, read_first_screen
from workbench.domain.errors import UsageError
from workbench.study import Study, check_name, find_study
from workbench.text import display

if TYPE_CHECKING:  # the app imports it, and no other command needs it
    from workbench.running import RunWatch
    from workbench.services.comparisons import Comparisons
    from workbench.services.desk import Desk
    from workbench.services.veils import Veil
    from workbench.tui.app import StudyApp, WorkbenchApp
    from workbench.tui.screens.panes import ReviewSettings


class Wanted(NamedTuple):
    """What `workbench review` was asked for."""

    reviewer: str | None = None
    study: Path | None = None
    open_names: bool = False
    blind: bool = False


def run_plain(arguments: Sequence[str]) -> None:
    """Open the app and end the process; returns where typer has to read the arguments."""
    wanted = read_plain(arguments)
    if wanted is None:
        return
    os.umask(0o077)  # what the app makes is private (K2)
    try:
        code = open_review(wanted)
        log_note("end: exit code %d", code)
    except BaseException as error:  # noqa: BLE001 - told where all others are told
        from workbench.cli.app import run

        run(partial(_fail, error))
    else:
        sys.exit(code)


def log_note(sentence: str, value: object) -> None:
    """One line in the log, where there is one; ids and numbers only."""
    if logging := sys.modules.get("logging"):
        logging.getLogger("workbench").info(sentence, value)


def _fail(error: BaseException) -> int:
    raise error


def read_plain(arguments: Sequence[str]) -> Wanted | None:
    """The options of a review; None where typer has to read them."""
    wanted, rest = Wanted(), iter(arguments)
    if next(rest, "") != "review":
        return None
    for word in rest:
        if word == "--open":
            wanted = wanted._replace(open_names=True)
            continue
        if word == "--blind":
            wanted = wanted._replace(blind=True)
            continue
        value = next(rest, "")
        if not value or value.startswith("-"):
            return None
        if word == "--reviewer":
            wanted = wanted._replace(reviewer=value)
        elif word == "--study":
            wanted = wanted._replace(study=Path(value))
        else:
            return None
    return wanted


def open_review(wanted: Wanted) -> int:
    """Find the study and show it; returns the exit code."""
    study = find_study(wanted.study)
    name = wanted.reviewer
    who = study.reviewer if name is None else check_name(name, "a reviewer")
    return run_sealed_or_not(study, who, open_names=wanted.open_names, blind=wanted.blind)


def run_sealed_or_not(
    study: Study, reviewer: str, *, open_names: bool = False, blind: bool = False
) -> int:
    """The app on single outputs: blind where the study is sealed, or is to be."""
    from workbench.blinding import read_veil, seal_study

    if blind and open_names:
        raise UsageError("--blind hides names and --open shows them: one of the two")
    veil = read_veil(study)
    if veil and open_names:
        raise UsageError("the study is sealed: names are open after `workbench reveal`")
    if veil is None and blind:
        need_terminal()
        seal_study(study)
        veil = read_veil(study)
    return run_review(study, reviewer, open_names=open_names, veil=veil)


def _open_desk(study: Study, reviewer: str, *, open_names: bool, is_blind: bool = False) -> "Desk":
    """What the app opens after its first paint; what takes long is in the log."""
    from workbench.domain.comparison import Bar
    from workbench.log import guard_threads, timed

    guard_threads()
    with timed("opening the study"):
        if is_blind:
            from workbench.blinding import open_blind_desk

            desk = open_blind_desk(study, reviewer).desk
        else:
            desk = open_desk(study, reviewer, open_names=open_names)

    def check() -> str:
        with timed("checking the database"):
            return desk.check()

    from workbench.checking import open_formatter, open_reports

    def compare() -> "Comparisons":
        from workbench.gating import find_definitions
        from workbench.reporting import find_bar

        found = desk.compare()
        definitions = find_definitions(study.folder, found.store)
        bar = find_bar(study) if definitions.gate else Bar()
        return replace(found, bar=bar, definitions=definitions)

    def name_definitions() -> str:
        from workbench.gating import find_definitions

        return find_definitions(study.folder, desk.compare().store).live_name

    def has_trials() -> bool:
        store = desk.compare().store
        return store.has_several() if is_blind else store.has_trials()

    def watch() -> "RunWatch":
        from workbench.running import RunWatch

        return RunWatch(study, is_open=open_names, is_blind=is_blind)

    return replace(
        desk,
        check=check,
        compare=compare,
        watch=watch,
        name_definitions=name_definitions,
        has_trials=has_trials,
        find_report=open_reports(study).get_report,
        formatter=open_formatter(study),
    )


def is_in_reach(folder: Path) -> bool:
    """Whether a command run here would find the study by itself."""
    return Path.cwd().resolve().is_relative_to(folder.resolve())


def find_option(folder: Path) -> str:
    """What a command needs to find the study from here; as a shell reads it, safe to show."""
    return "" if is_in_reach(folder) else f" --study {display(quote(str(folder)))}"


def open_plain(study: Study, reviewer: str) -> "Desk":
    """What a review with aliases opens after its first paint."""
    return _open_desk(study, reviewer, open_names=False)


def run_review(
    study: Study,
    reviewer: str,
    *,
    open_names: bool,
    veil: "Veil | None" = None,
    app_class: "type[WorkbenchApp] | None" = None,
    open_first: "Callable[[], Desk] | None" = None,
) -> int:
    """The app on one study, behind a veil where it is sealed; returns its exit code.

    `app_class` and `open_first` are those of a training round.
    """
    need_terminal()
    gc.disable()  # as `review` did in its first line; the app enables it after its first paint
    from workbench.tui.app import WorkbenchApp

    is_blind = veil is not None
    usual = partial(_open_desk, study, reviewer, open_names=open_names, is_blind=is_blind)
    first = read_first_screen(study, reviewer, open_names=open_names)
    app = (app_class or WorkbenchApp)(
        veil.hide_first(first) if veil else first,
        show_settings(study, reviewer, veil.seal if veil else ""),
        open_first or usual,
        keymap=dict(study.settings.keys),
        theme=study.settings.theme,
        open_log=partial(open_log, study.state),
    )
    return run_app(app)


def show_settings(study: Study, reviewer: str, seal: str = "") -> "ReviewSettings":
    """What the screen takes from the settings; `seal` is that of a blind review."""
    from workbench.tui.screens.panes import ReviewSettings

    settings = study.settings
    by_policy = "after_commit" if seal else "always"
    return ReviewSettings(
        study_name=study.folder.name,
        reviewer=reviewer,
        rubric=study.rubric,
        layout=settings.layout,
        idle_seconds=settings.idle_seconds,
        queue_pane=settings.queue_pane,
        metrics_pane=settings.metrics_pane,
        reveal_checks=by_policy if settings.reveal_checks == "auto" else settings.reveal_checks,
        ask_unseen=settings.ask_unseen,
        repeat_percent=settings.repeat_percent,
        repeat_hours=settings.repeat_hours,
        seal=seal,
        study_option=find_option(study.folder),
    )


def run_app(app: "StudyApp") -> int:
    """Run it to its end; returns its exit code."""
    last_word = app.run()
    if app.crash is not None:
        from workbench.cli.terminal import tell_bug

        return tell_bug(app.crash)
    if last_word:
        from workbench.cli.terminal import warn

        warn(f"workbench: {last_word}")
    return app.return_code or 0


def need_terminal(
    what: str = "the review",
    instead: str = "`workbench outputs list`, `workbench label` and `workbench metrics`",
) -> None:
    """UsageError where there is none to show the app in."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(f"{what} needs a terminal; without one use {instead}")
