"""What a reviewer made of a patch with their own hands: the tree, and how much of it is theirs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EditSize:
    """Changed lines from base to patch, from patch to the final text, and what of it survived.

    `added` are the lines the patch added, `kept` how many of them stand in the final text.
    """

    patch_lines: int
    edit_lines: int
    added: int
    kept: int
    has_added_tests: bool = False
    is_base: bool = False

    @property
    def ratio(self) -> float:
        """Edited lines for each line of the patch."""
        return self.edit_lines / max(1, self.patch_lines)

    @property
    def kept_share(self) -> float:
        """Share of added lines that survived; of none, all where nothing was edited."""
        if self.added:
            return self.kept / self.added
        return 0.0 if self.edit_lines else 1.0


@dataclass(frozen=True, slots=True)
class Edited:
    """The reviewer's tree (40 hex digits), its size, and the class given by eye before, or "".

    `patch` is the SHA-256 of the patch from base to tree: the tree can be made again from it
    wherever the base commit is. "" where none was kept, as in studies of older versions.
    `formatter` is the command that wrote both sides before they were measured, "" for none.
    """

    tree: str
    size: EditSize
    judged: str = ""
    patch: str = ""
    formatter: str = ""
