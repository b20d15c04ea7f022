"""JUnit XML as a run of tests: the one thing that is believed about one.

The file was written by code that a model wrote. It is read as a stream with bounds on size, depth
and count; a document type, and with it every entity, is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from workbench.domain.delta import Ending, SuiteRun
from workbench.domain.errors import InputRefused

_MAX_BYTES = 64 << 20
_MAX_CASES = 200_000
_MAX_DEPTH = 32
_MAX_ID = 2_000
_TAIL = 4_000
_MAX_TAILS = 500
_MAX_PROPERTIES = 1_000
_WORST = {Ending.FAILED: 2, Ending.PASSED: 1, Ending.SKIPPED: 0}
_CHUNK = 1 << 16


def read_junit(path: Path, witness: tuple[str, str] | None = None) -> SuiteRun:
    """Every test of a report; raises InputRefused where it is none, with the reason.

    `witness` is a property, name and value, that a report of the right author holds.
    """
    reading = _Reading()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    size = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                size += len(chunk)
                if size > _MAX_BYTES:
                    raise InputRefused(f"the report is larger than {_MAX_BYTES >> 20} MB")
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise InputRefused(f"the report is not whole: {error}") from error
    if witness is not None and reading.properties.get(witness[0]) != witness[1]:
        raise InputRefused("the report was not written by the test runner")
    return SuiteRun(reading.endings, reading.tails, reading.uncollected)


def _refuse(*_: object) -> None:
    raise InputRefused("the report has a document type, which no test report has")


@dataclass
class _Reading:
    """What was read so far."""

    endings: dict[str, Ending] = field(default_factory=dict)
    tails: dict[str, str] = field(default_factory=dict)
    uncollected: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    _depth: int = 0
    _case: str = ""
    _module: str = ""
    _ending: Ending = Ending.PASSED
    _is_telling: bool = False
    _said: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise InputRefused("the report is nested too deeply")
        if self._depth == 1 and name not in {"testsuites", "testsuite"}:
            raise InputRefused(f"the report begins with {name[:40]}, expected testsuites")
        if name == "testcase":
            self._case = _identify(attributes)
            self._module = "" if attributes.get("classname") else attributes.get("name", "")
            self._ending, self._said = Ending.PASSED, []
        elif self._case and name in {"failure", "error"}:
            self._ending, self._is_telling = Ending.FAILED, True
            is_collection = attributes.get("message") == "collection failure"
            self._module = self._module if is_collection else ""
            self._said = [attributes.get("message", ""), "\n"]
        elif self._case and name == "skipped":
            self._ending = Ending.SKIPPED
            is_collection = attributes.get("message") == "collection skipped"
            self._case = "" if is_collection else self._case
        elif name == "property" and not self._case and len(self.properties) < _MAX_PROPERTIES:
            self.properties[attributes.get("name", "")] = attributes.get("value", "")

    def end(self, name: str) -> None:
        """An element ends."""
        self._depth -= 1
        if name in {"failure", "error"}:
            self._is_telling = False
        elif name == "testcase" and self._case:
            self._keep()
            self._case = ""

    def text(self, data: str) -> None:
        """Text of a failure; more than its end is not kept."""
        if not self._is_telling:
            return
        self._said.append(data)
        if sum(map(len, self._said)) > 4 * _TAIL:
            self._said = ["".join(self._said)[-_TAIL:]]

    def _keep(self) -> None:
        if len(self.endings) >= _MAX_CASES:
            raise InputRefused(f"the report names more than {_MAX_CASES:,} tests")
        said = "".join(self._said).strip()[-_TAIL:]
        if self._ending is Ending.FAILED and self._module:
            self.uncollected[self._module] = said
            return
        known = self.endings.get(self._case, self._ending)
        self.endings[self._case] = max(known, self._ending, key=_WORST.__getitem__)
        if self._ending is Ending.FAILED and len(self.tails) < _MAX_TAILS:
            self.tails[self._case] = said


_PYTHON = re.compile(r"(?P<module>.+)\.py")


def _identify(attributes: Mapping[str, str]) -> str:
    """The id as pytest writes it where the report says the file, else `classname::name`."""
    name, classname = attributes.get("name", ""), attributes.get("classname", "")
    if len(name) + len(classname) > _MAX_ID:
        raise InputRefused("the report holds a name that is too long")
    file = attributes.get("file", "")
    found = _PYTHON.fullmatch(file)
    if found:
        module = found["module"].replace("/", ".")
        if classname == module:
            return f"{file}::{name}"
        if classname.startswith(f"{module}."):
            classes = classname.removeprefix(f"{module}.").replace(".", "::")
            return f"{file}::{classes}::{name}"
    return f"{classname}::{name}" if classname else name
