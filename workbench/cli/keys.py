"""`workbench keys`: every action with its keys, and the id by which workbench.toml changes them."""

from workbench.cli.terminal import JsonOption, StudyOption, say_json, say_table, warn


def keys(study: StudyOption = None, as_json: JsonOption = False) -> None:
    """List every key of the review screen; inside a study, as its workbench.toml has them."""
    import typer

    from workbench.bootstrap import find_study
    from workbench.domain.errors import StudyNotFound
    from workbench.tui.actions import REVIEW, resolve_keys, show_key

    try:
        keymap = dict(find_study(study).settings.keys)
    except StudyNotFound:
        keymap = {}
    resolved, problems = resolve_keys(REVIEW, keymap)
    rows = [
        {"id": a.id, "keys": [show_key(k) for k in resolved[a.id]], "title": a.title}
        for a in REVIEW
    ]
    if as_json:
        say_json("actions", rows)
    else:
        say_table(
            ("id", "keys", "does"),
            [(a.id, " ".join(show_key(k) for k in resolved[a.id]), a.title) for a in REVIEW],
        )
    for problem in problems:
        warn(f"workbench.toml [keys]: {problem.sentence}")
    if problems:
        raise typer.Exit(2)
