"""Every statement is written by us: values are bound, and the file holds nothing but our schema."""

import ast
from pathlib import Path

import pytest

import workbench.store
from workbench.domain.label import Judgement, Label
from workbench.domain.output import Delivered, NewOutput
from workbench.store.store import open_store

from .kit import at, ids_of, label, make_output, make_ticket, query

FOLDER = Path(workbench.store.__file__).parent
FILES = sorted(path for path in FOLDER.rglob("*.py"))
EXECUTES = {"execute", "executemany", "executescript", "exec_driver_sql", "one", "rows", "text"}

# Statements that are handed in or chosen, and why they are ours all the same.
ALLOWED = {
    ("database.py", "sql"): "one() and rows(): what their callers hand in is checked there",
    ("labels.py", "sql"): "undo and redo hand in a constant each",
    ("sqlite.py", "f'PRAGMA journal_mode={journal}'"): "one of two words of choose_journal",
    ("sqlite.py", "f'PRAGMA busy_timeout={busy_ms}'"): "a number of ours; a PRAGMA binds nothing",
    ("0002_specs.py", "_TRIGGER.format(low=name.lower(), op=name).strip()"): "of two words",
    ("0001_first.py", "_TRIGGER.format(low=name.lower(), op=name).strip()"): "of two words",
}


def is_ours(node: ast.AST, known: frozenset[str]) -> bool:
    """Whether an expression inside a function is written by us, down to its last part.

    What stands at the top of a module is: it is made at import, before any data is read.
    """
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name.isupper() or name in known
        case ast.Subscript(value=value) | ast.FormattedValue(value=value):
            return is_ours(value, known)
        case ast.JoinedStr(values=parts) | ast.Tuple(elts=parts):
            return all(is_ours(part, known) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return is_ours(left, known) and is_ours(right, known)
        case ast.IfExp(body=body, orelse=other):
            return is_ours(body, known) and is_ours(other, known)
    return False


def find_known(function: ast.FunctionDef) -> frozenset[str]:
    """Local names that are only ever bound to something of ours; arguments are not."""
    bound: dict[str, list[ast.AST]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.For | ast.comprehension):
            pairs = [(node.target, node.iter)]
        else:
            continue
        for target, value in pairs:
            bound.setdefault(ast.unparse(target), []).append(value)
    return frozenset(
        name
        for name, values in bound.items()
        if all(is_ours(value, frozenset()) for value in values)
    )


def find_built(path: Path) -> list[tuple[int, str]]:
    """Statements that are not ours to the last part: line, and the expression as it stands."""
    found = set()
    for function in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        known = find_known(function)
        for call in ast.walk(function):
            statement = statement_of(call) if isinstance(call, ast.Call) else None
            if statement and not is_ours(statement, known):
                found.add((statement.lineno, ast.unparse(statement)))
    return sorted(found)


def statement_of(call: ast.Call) -> ast.expr | None:
    """What a call has the database do; None where it is no such call."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    place = 1 if name in {"one", "rows"} else 0  # after the connection
    return call.args[place] if name in EXECUTES and len(call.args) > place else None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_d13_no_statement_is_built_of_data(path: Path) -> None:
    """Constants, and what the list above allows with its reason; every value is bound."""
    found = [(line, text) for line, text in find_built(path) if (path.name, text) not in ALLOWED]
    assert found == []


def test_d13_what_is_allowed_is_still_there() -> None:
    """A reason for a line that is gone is no reason."""
    found = {(path.name, text) for path in FILES for _, text in find_built(path)}
    assert ALLOWED.keys() <= found


BAD = """
TABLE = "item"


def f(connection, name, rows, sql="SELECT 1"):
    connection.execute("SELECT 1" if name else "SELECT 2")
    connection.execute(f"SELECT * FROM {TABLE}")
    connection.execute(f"SELECT * FROM item WHERE name = '{name}'")
    connection.exec_driver_sql("DELETE FROM " + name)
    connection.exec_driver_sql("DELETE FROM item WHERE id = %s" % name)
    connection.executemany("INSERT INTO {} VALUES (?)".format(name), rows)
    connection.execute(sql)
    where = "WHERE 1"; where = name; connection.execute(where)
"""


def test_d13_the_lint_finds_what_it_looks_for(tmp_path: Path) -> None:
    """f-strings, sums, % and format with data, names bound twice, arguments."""
    path = tmp_path / "bad.py"
    path.write_text(BAD, "utf-8")
    assert [line for line, _ in find_built(path)] == list(range(8, 14))


SCHEMA = """
index ix_check_result_output
index ix_item_place
index ix_label_event_reviewer
index ix_output_ticket_output_id
index ix_spec_event_reviewer
index ix_spec_event_ticket
table alembic_version
table blob
table candidate
table check_result
table item
table label_event
table meta
table output
table repository
table reviewer
table spec_event
table tally
table ticket
trigger label_event_no_delete
trigger label_event_no_update
trigger spec_event_no_delete
trigger spec_event_no_update
"""


def test_d13_a_new_database_holds_exactly_this(path: Path) -> None:
    """sqlite_master, but for SQLite's own indexes; no view."""
    sql = "SELECT type || ' ' || name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1"
    assert [name for (name,) in query(path, sql)] == SCHEMA.split("\n")[1:-1]


EVIL = "x'); DROP TABLE label_event; --"
EVIL_MORE = "' OR '1'='1"


def test_d13_sql_in_every_text_that_comes_in_stays_a_text(path: Path) -> None:
    """As ticket, candidate, message, reviewer, note, filter: stored and found byte for byte."""
    with open_store(path) as store:
        store.add_tickets([make_ticket(EVIL)])
        delivered = Delivered(EVIL, EVIL_MORE, EVIL.encode(), EVIL)
        store.add_outputs([NewOutput(delivered, make_output(EVIL, "m", b"x").applied)])
        store.ensure_reviewer(EVIL_MORE, at(1))
        (mine,) = [i.output_id for i in store.queue_page(EVIL_MORE, None, 99, text=EVIL)]
        judgement = Judgement(label=Label.MERGED, note=EVIL)
        label(store, mine, judgement, EVIL_MORE)
        assert store.get_judgement(EVIL_MORE, mine) == judgement
        assert store.queue_page(EVIL_MORE, None, 99, text=EVIL_MORE) == []
        assert [c.name for c in store.list_candidates()].count(EVIL_MORE) == 1
        assert len(ids_of(store)) == 9
        assert store.verify() == []
    assert query(path, "SELECT count(*) FROM label_event") == [(1,)]
