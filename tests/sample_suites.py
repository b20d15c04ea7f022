"""Runs the tests of each of these folders in a fork of one process, which has loaded pytest once.

Prints one line of JSON for each: the exit code, and what pytest wrote. `test_sample_repo.py` runs
it.
"""

import json
import os
import sys
import tempfile

import pytest
from _pytest.config import get_config

get_config()  # loads every plugin that pytest brings

for folder in sys.argv[1:]:
    with tempfile.TemporaryFile() as out:
        if not (child := os.fork()):
            code = 70
            try:
                os.chdir(folder)
                sys.path[0] = folder  # as `python -m pytest` has it
                os.dup2(out.fileno(), 1)
                os.dup2(out.fileno(), 2)
                code = pytest.main(["-q", "-rf", "-p", "no:cacheprovider"])
                sys.stdout.flush()
            finally:
                os._exit(code)
        status = os.waitpid(child, 0)[1]
        said = os.pread(out.fileno(), 1 << 26, 0).decode()
    sys.stdout.write(json.dumps([os.waitstatus_to_exitcode(status), said]) + "\n")
    sys.stdout.flush()
