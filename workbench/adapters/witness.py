"""How pytest is started, so that a report by anybody else is known as such.

A random word comes in by a pipe that is read to its end before a line of the tree is imported; it
is put into the report when pytest itself ends. What only writes a file, shadows a module or leaves
in the middle does not know it. Handlers at exit never run: none can change the report afterwards.
"""

import secrets

PROPERTY = "workbench-witness"
START = f"""
import os, sys
word = sys.stdin.read()
sys.path[:] = [path for path in sys.path if path]
import pytest
from _pytest import junitxml

class Witness:
    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session):
        config = session.config
        kept = getattr(config, "stash", None) or config._store
        kept[junitxml.xml_key].add_global_property({PROPERTY!r}, word)

sys.path.insert(0, os.getcwd())
code = pytest.main(sys.argv[1:], plugins=[Witness()])
sys.stdout.flush()
sys.stderr.flush()
os._exit(int(code))
"""


def make_word() -> str:
    """A word that nobody can guess."""
    return secrets.token_hex(16)
