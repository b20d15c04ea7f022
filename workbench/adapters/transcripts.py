"""What a candidate prints goes to a file, never to memory: its beginning, and its end.

A program that prints a gigabyte is not held back; what lies between is counted and dropped.
Secrets that it was given do not reach the file. A keeper imports this: it imports next to nothing.
"""

import errno
import os

HEAD = 32 << 20  # bytes
TAIL = 1 << 20
SHORTEST_SECRET = 8  # bytes; "1" is a setting, and taking it out would leave nothing to read
_MARK = b"[redacted key]"


class Transcript:
    """What comes out of one pipe, in one file."""

    def __init__(self, path: str, secrets: list[bytes], first: bytes = b"") -> None:
        """Make the file; raises OSError.

        `first` is what comes before the program's own output, and is left out; whether it came is
        `has_started`.
        """
        self._first, self.has_started = first, not first
        longest_first = sorted(secrets, key=len, reverse=True)
        self._secrets = [one for one in longest_first if len(one) >= SHORTEST_SECRET]
        self._longest = max(map(len, self._secrets), default=1) - 1
        self._held = self._tail = b""
        self._written = self._dropped = self._problem = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o600)

    def take(self, chunk: bytes) -> None:
        """The next bytes."""
        held = self._held = self._clean(self._held + chunk)
        if self._first and len(held) < len(self._first):
            return
        if self._first:
            self.has_started = held.startswith(self._first)
            held, self._first = held.removeprefix(self._first), b""
        cut = max(0, len(held) - self._longest)
        self._keep(held[:cut])
        self._held = held[cut:]

    def close(self) -> int:
        """There are no more; returns the error number of a file that is not whole, or 0."""
        self._keep(self._held)
        if self._dropped:
            self._write(b"\n[%d bytes left out]\n" % self._dropped)
        self._write(self._tail)
        os.close(self._descriptor)
        return self._problem

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

    def _write(self, data: bytes) -> None:
        """A disk that is full must not stop the reading, or the program would hang."""
        try:
            while data and not self._problem:
                data = data[os.write(self._descriptor, data) :]
        except OSError as error:
            self._problem = error.errno or errno.EIO


def read_end(path: "os.PathLike[str]", limit: int = 64 << 10) -> bytes:
    """The last bytes of a file; nothing where there is none."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib is not for a keeper
            file.seek(max(0, file.seek(0, os.SEEK_END) - limit))
            return file.read(limit)
    except OSError:
        return b""
