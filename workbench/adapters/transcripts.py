"""What a candidate prints goes to a file, never to memory: its beginning, and its end.

A program that prints a gigabyte is not held back; what lies between is counted and dropped.
Secrets that it was given do not reach the file.
"""

import os
import threading
from collections.abc import Sequence
from pathlib import Path

HEAD = 32 << 20  # bytes
TAIL = 1 << 20
SHORTEST_SECRET = 8  # bytes; "1" is a setting, and taking it out would leave nothing to read
_CHUNK = 1 << 16
_MARK = b"[redacted key]"


class Transcript:
    """Copies one pipe into one file until its end. `size` is all that came, in bytes."""

    def __init__(self, pipe: int, path: Path, secrets: Sequence[bytes], first: bytes = b"") -> None:
        """Begin at once, in a thread of its own; the pipe is closed at its end.

        `first` is what comes before the program's own output, and is left out.
        """
        self.size, self._first = 0, first
        longest_first = sorted(secrets, key=len, reverse=True)
        self._pipe = pipe
        self._secrets = [one for one in longest_first if len(one) >= SHORTEST_SECRET]
        self._longest = max(map(len, self._secrets), default=1) - 1
        self._tail = b""
        self._written = self._dropped = 0
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._problem: OSError | None = None
        self._thread = threading.Thread(target=self._copy, name="transcript", daemon=True)
        self._thread.start()

    def close(self, wait_seconds: float) -> None:
        """Wait for the end of the pipe; raises OSError where the file could not be written."""
        self._thread.join(wait_seconds)
        if self._problem is not None:
            raise self._problem

    def _copy(self) -> None:
        held = b""
        try:
            while chunk := os.read(self._pipe, _CHUNK):
                self.size += len(chunk)
                held = self._clean(held + chunk)
                if self._first and len(held) >= len(self._first):
                    held, self._first = held.removeprefix(self._first), b""
                elif self._first:
                    continue
                cut = len(held) - self._longest
                if cut > 0:
                    self._keep(held[:cut])
                    held = held[cut:]
            self._keep(held)
            self._end()
        finally:
            os.close(self._pipe)
            os.close(self._descriptor)

    def _clean(self, data: bytes) -> bytes:
        for secret in self._secrets:
            data = data.replace(secret, _MARK)
        return data

    def _keep(self, data: bytes) -> None:
        room = HEAD - self._written
        if room > 0:
            self._write(data[:room])
            self._written += min(room, len(data))
            data = data[room:]
        if data:
            held = self._tail + data
            self._tail = held[-TAIL:]
            self._dropped += len(held) - len(self._tail)

    def _end(self) -> None:
        if self._dropped:
            self._write(b"\n[%d bytes left out]\n" % self._dropped)
        self._write(self._tail)

    def _write(self, data: bytes) -> None:
        """A disk that is full must not stop the reading, or the program would hang."""
        try:
            while data and self._problem is None:
                data = data[os.write(self._descriptor, data) :]
        except OSError as error:
            self._problem = error


def read_end(path: Path, limit: int = 64 << 10) -> bytes:
    """The last bytes of a file; nothing where there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - limit))
            return file.read(limit)
    except OSError:
        return b""
