"""What workers tell the screen: one message, one frozen result."""

from dataclasses import dataclass

from textual.message import Message

from workbench.diff.document import DiffDocument


@dataclass
class DeskOpened(Message):
    """The store is open: there is a queue to walk; labels wait for the check."""


@dataclass
class DeskChecked(Message):
    """The database is sound; from here on labels can be saved."""


@dataclass
class DeskRefused(Message):
    """The store cannot be written; labels stay off, reading goes on."""

    sentence: str


@dataclass
class ItemReady(Message):
    """The document of an output, prepared for the first screen."""

    document: DiffDocument


@dataclass
class BlobsReady(Message):
    """The whole files behind a document that is on the screen."""

    key: str
