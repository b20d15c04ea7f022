"""The values of a check: what it is asked, by what means it is run, and what it comes to."""

import threading
from dataclasses import dataclass, field
from typing import Protocol

from workbench.adapters.environments import Environment, Setup
from workbench.adapters.frozen import Frozen
from workbench.adapters.sandbox import Runner
from workbench.adapters.suites import Suite, SuiteRunner
from workbench.domain.delta import Baseline


class Hidden(Protocol):
    """Tests that the candidate never saw."""

    @property
    def patch(self) -> bytes:
        """A patch of tests."""
        ...

    @property
    def fail_to_pass(self) -> tuple[str, ...]:
        """What must pass now."""
        ...

    @property
    def pass_to_pass(self) -> tuple[str, ...]:
        """What must pass still."""
        ...


class Job(Protocol):
    """An output, as far as its tests go."""

    @property
    def repo(self) -> str:
        """The name of its repository."""
        ...

    @property
    def base_commit(self) -> str:
        """What it starts from."""
        ...

    @property
    def tree(self) -> str:
        """What it came to."""
        ...

    @property
    def hidden(self) -> Hidden:
        """Its ticket's hidden tests."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """How checks are run: the sandbox, the suite, the environment, and what builds on it.

    `repeats` is how often the tests run on base. `setup` is None where there is nothing to build.
    """

    runner: Runner
    suite: Suite
    environment: Environment
    setup: Setup | None = None
    repeats: int = 3


@dataclass(slots=True)
class Ground:
    """What all outputs on one base commit share; the first that needs it makes it.

    `root` is the tree of the commit, `tree` what its tests run on: with the hidden tests on top
    where the ticket says by `only` which tests must pass still. `doing` says what of it is being
    made; "" where nothing is.
    """

    root: str
    tree: str
    config: str
    files: tuple[str, ...]
    only: tuple[str, ...]
    key: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    environment: Environment | None = None
    base: Baseline | None = None
    doing: str = ""


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """One output on its ground. `problem` is why its hidden tests cannot be run.

    `tree` is what is tested; `hidden_tree` the one with hidden tests, "" for none.
    """

    key: str
    ground: Ground
    runner: SuiteRunner
    frozen: Frozen
    tree: str
    hidden_tree: str
    asked: tuple[str, ...]
    problem: str = ""
