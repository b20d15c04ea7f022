"""Many new objects as one pack: an import of 10,000 patches would else be 60,000 small files.

The format is git's pack version 2 with an index of version 2 and whole objects, no deltas
(gitformat-pack). The index comes last, so that git sees a pack only when all of it is there, and
git checks every object it reads against its id.
"""

import hashlib
import os
import struct
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

_TYPES = {b"tree": 2, b"blob": 3}


class _Packed(NamedTuple):
    oid: bytes
    crc: int
    offset: int


def write_pack(git_dir: Path, objects: Mapping[str, tuple[bytes, bytes]]) -> None:
    """Put objects (kind and bytes by id) into the clone; nothing for none."""
    if not objects:
        return
    parts = [b"PACK" + struct.pack(">II", 2, len(objects))]
    offset = len(parts[0])
    packed = []
    for oid, (kind, data) in objects.items():
        part = _head(_TYPES[kind], len(data)) + zlib.compress(data, 1)
        packed.append(_Packed(bytes.fromhex(oid), zlib.crc32(part), offset))
        parts.append(part)
        offset += len(part)
    pack = b"".join(parts)
    trailer = _sha1(pack)
    stem = git_dir / "objects" / "pack" / f"pack-{trailer.hex()}"
    stem.parent.mkdir(exist_ok=True)
    _write(stem.with_suffix(".pack"), pack + trailer)
    index = _index(sorted(packed), trailer)
    _write(stem.with_suffix(".idx"), index + _sha1(index))


def _head(kind: int, size: int) -> bytes:
    """Type and size, seven bits a byte after the first four."""
    byte = kind << 4 | size & 15
    size >>= 4
    head = bytearray()
    while size:
        head.append(byte | 0x80)
        byte = size & 0x7F
        size >>= 7
    head.append(byte)
    return bytes(head)


def _index(packed: list[_Packed], trailer: bytes) -> bytes:
    counts = [0] * 256
    for item in packed:
        counts[item.oid[0]] += 1
    fanout = []
    total = 0
    for count in counts:
        total += count
        fanout.append(total)
    return b"".join(
        (
            b"\377tOc" + struct.pack(">I", 2),
            struct.pack(">256I", *fanout),
            *(item.oid for item in packed),
            *(struct.pack(">I", item.crc) for item in packed),
            *(struct.pack(">I", item.offset) for item in packed),
            trailer,
        )
    )


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def _write(target: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix="tmp_pack_", dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        os.fchmod(handle, 0o400)
    Path(name).replace(target)
