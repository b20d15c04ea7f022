"""The readiness workbench: review what models did, read four numbers, decide.

tickets -> outputs -> checks -> labels -> metrics -> decision; no stage reaches back.

    cli/         one file per noun: parses, calls a service, prints
    bootstrap    the composition root; the only place that knows every concrete class
    running, checking, blinding, training, gating, scoring, releasing, reporting, exporting
                 composition roots of one use each: a start loads no more than it needs
    config       workbench.toml -> frozen Settings
    run_config   [run] and [[candidates]] -> what is run
    study        where a study stands, and whose labels are recorded there
    text         display(): the one gate through which untrusted text reaches a terminal
    log          one rotating file in the study
    domain/      words and rules: frozen dataclasses, pure functions, standard library only
    stats/       numbers in, numbers out
    diff/        bytes of a patch in, rows out
    store/       SQLite by SQLModel and alembic; tables are private, domain values come and go
    adapters/    the outside world, one thing a file: git, the apply ladder, importers, exporters
    services/    use cases; each declares the Protocols it needs beside it
    tui/         what is seen: app, actions, screens, widgets

Who may import whom is a table in tests/test_architecture.py. This module imports nothing.
"""

__version__ = "0.1.0"
