"""Scanned receipts, one file each, in a folder beside the book."""

from pathlib import Path

from pocketledger.errors import ReceiptError


class ReceiptFolder:
    """Receipts by name; a name may have subfolders, for example "2024/05/market.pdf"."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def store(self, name: str, data: bytes) -> Path:
        """Write a receipt; an existing one is never overwritten."""
        target = self.root / name
        if target.exists():
            raise ReceiptError(f"there is a receipt of this name: {name!r}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        return target

    def read(self, name: str) -> bytes:
        target = self.root / name
        if not target.is_file():
            raise ReceiptError(f"no receipt of this name: {name!r}")
        return target.read_bytes()

    def names(self) -> list[str]:
        return sorted(
            path.relative_to(self.root).as_posix()
            for path in self.root.rglob("*")
            if path.is_file()
        )
