"""`workbench keys`: every action with its keys, and the id by which workbench.toml changes them."""

import typer

from workbench.cli.terminal import JsonOption, StudyOption, say_json, say_table, warn
from workbench.domain.errors import StudyNotFound
from workbench.study import find_study


def keys(study: StudyOption = None, as_json: JsonOption = False) -> None:
    """List every key of the review screen; inside a study, as its workbench.toml has them."""
    from workbench.tui.actions import show_key
    from workbench.tui.triage_actions import EVERY, resolve_every

    try:
        keymap = dict(find_study(study).settings.keys)
    except StudyNotFound:
        if study is not None:
            raise
        keymap = {}
    resolved, problems = resolve_every(keymap)
    shown = {action.id: [show_key(key) for key in resolved[action.id]] for action in EVERY}
    if as_json:
        rows = [{"id": a.id, "keys": shown[a.id], "title": a.title} for a in EVERY]
        say_json("actions", rows)
    else:
        say_table(("id", "keys", "does"), [(a.id, " ".join(shown[a.id]), a.title) for a in EVERY])
    for problem in problems:
        warn(f"workbench.toml [keys]: {problem.sentence}")
    if problems:
        raise typer.Exit(2)
