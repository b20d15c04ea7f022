"""One rotating file in the study. No secrets, and no words of a model unless somebody asks."""

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

FILE_NAME = "workbench.log"
_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


class _PrivateFile(RotatingFileHandler):
    """Mode 0600 whatever the umask."""

    def _open(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the base class' own
        stream = super()._open()
        os.fchmod(stream.fileno(), 0o600)
        return stream


def start_log(folder: Path) -> Path:
    """Write the `workbench` loggers to a file in `folder`; returns its path.

    A folder that cannot be written is no reason to stop: then nothing is logged.
    """
    path = folder / FILE_NAME
    logger = logging.getLogger("workbench")
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    logger.propagate = False
    try:
        handler: logging.Handler = _PrivateFile(path, maxBytes=1 << 20, backupCount=3, delay=False)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter(_FORMAT))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    return path
