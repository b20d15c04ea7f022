"""Every error a user can meet, each with one meaning and one exit code.

    WorkbenchError                 1  something did not hold
    ├── UsageError                 2  the command or a setting is wrong
    │   ├── GateMisused           64  a gate command is wrong; its 2 is a verdict
    │   ├── ConfigError            2  workbench.toml: file, key and line are in the message
    │   └── StudyNotFound          2  no study here or above
    ├── InputRefused               3  a file, a row or a repository cannot be taken
    │   ├── PatchRefused           3  a safety rule forbids this patch; `rule` names it
    │   └── GitFailed              3  git said no; the message holds its first line
    ├── LabelRefused               3  this label cannot stand on this output
    ├── NoSandbox                  1  model-written code cannot be run here; what to install
    ├── NotSaved                   1  the label is NOT on disk; `reason` says why
    └── StoreDamaged               4  the database is not one we can trust or read
        └── StoreNewer             4  made by a newer version

A message says what happened, to which thing, and what to do next.
"""


class WorkbenchError(Exception):
    """The root: anything a user can be told about. `exit_code` is what a command ends with."""

    exit_code = 1


class UsageError(WorkbenchError):
    """The command line or a setting is wrong."""

    exit_code = 2


class ConfigError(UsageError):
    """workbench.toml cannot be used as it stands."""


class GateMisused(UsageError):
    """A gate command cannot be carried out as it stands: apart from its verdicts 0 to 3."""

    exit_code = 64


class StudyNotFound(UsageError):
    """There is no study in this folder or any folder above it."""


class InputRefused(WorkbenchError):
    """A file, a row of a file, or a repository cannot be taken."""

    exit_code = 3


class PatchRefused(InputRefused):
    """A safety rule forbids this patch."""

    def __init__(self, rule: str) -> None:
        """Keep the rule that was broken, in words a reviewer understands."""
        super().__init__(rule)
        self.rule = rule


class GitFailed(InputRefused):
    """git refused; the message is its first line."""


class LabelRefused(InputRefused):
    """This label cannot stand on this output."""


class NotSaved(WorkbenchError):
    """A label did not reach the disk; `kept` is the file that holds it until it does, or ""."""

    def __init__(self, reason: str, kept: str = "") -> None:
        """Keep the reason alone; the screen adds NOT SAVED."""
        super().__init__(f"NOT SAVED: {reason}")
        self.reason, self.kept = reason, kept


class NoSandbox(WorkbenchError):
    """Model-written code cannot be run safely on this machine, so it is not run."""


class StoreDamaged(WorkbenchError):
    """The database cannot be read or does not agree with itself."""

    exit_code = 4


class StoreNewer(StoreDamaged):
    """The study was made by a newer version of the workbench."""
