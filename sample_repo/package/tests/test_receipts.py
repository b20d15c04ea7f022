import pytest

from pocketledger import ReceiptError, ReceiptFolder


@pytest.fixture
def folder(tmp_path):
    return ReceiptFolder(tmp_path / "receipts")


def test_stored_and_read(folder):
    folder.store("market.pdf", b"%PDF")
    assert folder.read("market.pdf") == b"%PDF"


def test_subfolders(folder):
    path = folder.store("2024/05/market.pdf", b"%PDF")
    assert path.is_file()
    assert folder.names() == ["2024/05/market.pdf"]


def test_nothing_is_overwritten(folder):
    folder.store("market.pdf", b"first")
    with pytest.raises(ReceiptError, match="there is a receipt"):
        folder.store("market.pdf", b"second")
    assert folder.read("market.pdf") == b"first"


def test_unknown_name(folder):
    with pytest.raises(ReceiptError, match="no receipt"):
        folder.read("market.pdf")


def test_names_are_sorted(folder):
    folder.store("b.pdf", b"")
    folder.store("a.pdf", b"")
    assert folder.names() == ["a.pdf", "b.pdf"]
