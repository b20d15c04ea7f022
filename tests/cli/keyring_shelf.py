"""A keyring of the tests' own, for a child process: one key on a shelf."""

from collections.abc import Mapping
from pathlib import Path

from .kit import CHECKOUT

_SHELF = """
from keyring.backend import KeyringBackend

class Shelf(KeyringBackend):
    priority = 9

    def get_password(self, service, name):
        return {value!r} if (service, name) == ("readiness-workbench", {name!r}) else None

    def set_password(self, service, name, value):
        raise AssertionError("nothing is ever stored")

class Plain(Shelf):
    pass

class Broken(Shelf):
    def get_password(self, service, name):
        raise RuntimeError({value!r})

Plain.__module__ = "keyrings.alt.file"
"""


def shelve(folder: Path, name: str, value: str, backend: str = "shelf.Shelf") -> Mapping[str, str]:
    """The environment in which `backend` is asked: shelf.Shelf, Plain (a file), or Broken."""
    (folder / "shelf.py").write_text(_SHELF.format(name=name, value=value), encoding="utf-8")
    path = f"{folder}:{CHECKOUT}"
    return {"PYTHON_KEYRING_BACKEND": backend, "PYTHONPATH": path}
