"""Where a key may come from: the environment, then the system's keyring; never a file of ours (K1).

The keyring is an extra (`pip install 'readiness-workbench[keyring]'`). A backend that keeps keys in
the clear is not asked, and one that is locked or not there is as good as none. What is found is
handed to whoever sends it, and stands in no log, argument, database or error.
"""

import os
from collections.abc import Mapping

SERVICE = "readiness-workbench"
_PLAIN = ("keyrings.alt", "keyring.backends.fail", "keyring.backends.null")


def find_secret(*names: str, environment: Mapping[str, str] = os.environ) -> str:
    """The first of these that is set, in the environment before the keyring; "" for none."""
    for name in names:
        if value := environment.get(name, ""):
            return value
    return next(filter(None, map(_ask_keyring, names)), "")


def _ask_keyring(name: str) -> str:
    try:
        import keyring
    except ImportError:
        return ""
    try:
        chosen = keyring.get_keyring()
        for backend in getattr(chosen, "backends", (chosen,)):
            is_asked = is_private(type(backend).__module__)
            if is_asked and (found := backend.get_password(SERVICE, name)):
                return str(found)
    except Exception:  # noqa: BLE001 - a backend is anybody's code: none there, no bus, locked
        return ""
    return ""


def is_private(module: str) -> bool:
    """Whether a backend keeps keys out of plain files, by the module it is from."""
    return not module.startswith(_PLAIN)
