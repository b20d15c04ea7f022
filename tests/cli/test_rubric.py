"""A changed rubric says which labels are older than it; a label given anew is not."""

from .kit import Cli


def change_rubric(cli: Cli, text: str) -> None:
    (cli.folder / "rules.md").write_text(text, encoding="utf-8")
    settings = cli.folder / "workbench.toml"
    lines = settings.read_text(encoding="utf-8")
    if "rules.md" not in lines:
        settings.write_text(f'rubric = "rules.md"\n{lines}', encoding="utf-8")


def test_labels_are_stale_once_the_rubric_changed(cli: Cli, output_id: str) -> None:
    """All of them, by reviewer; a new label, and its undo, count by what was in force then."""
    assert "the built-in one" in cli.ok("rubric").out
    assert cli.ok("rubric", "--json").json("stale") == []
    change_rubric(cli, "# Another rubric\n\nAn escape hurts somebody.\n")
    stale = cli.ok("rubric", "--json").json("stale")
    assert (output_id, "ann", "merged") in {(r["id"], r["reviewer"], r["label"]) for r in stale}
    assert "these are stale" in cli.ok("rubric").out
    cli.ok("label", output_id, "merged", "--reviewer", "ann")
    fresh = cli.ok("rubric", "--json").json("stale")
    assert len(fresh) == len(stale) - 1
    assert (output_id, "ann") not in {(row["id"], row["reviewer"]) for row in fresh}
    assert "hurts somebody" in cli.ok("rubric", "--show").out


def test_a_study_without_labels_has_none_that_are_stale(fresh: Cli) -> None:
    """0 of 0, and nothing is listed."""
    assert "0 of 0 labels" in fresh.ok("rubric").out
