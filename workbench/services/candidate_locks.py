"""The candidate lock: what each candidate was when its outputs were made.

A candidate that differs from its lock in anything but trials is another candidate: the same name
for both would mix two in one rate. `candidates.lock.json` is written as outputs come in.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from workbench.domain.counted import name_counted
from workbench.domain.harness import CandidateSettings
from workbench.domain.recorded import Recorded

_UNNAMED = {"name", "trials"}


@dataclass(frozen=True, slots=True)
class Lock:
    """One candidate: its settings, what its program calls itself, the model ids served."""

    settings: Mapping[str, object]
    version: str = ""
    models: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)


def make_lock(
    settings: CandidateSettings, version: str = "", parts: Mapping[str, str] | None = None
) -> Lock:
    """The lock of a candidate as it is set; `parts` are digests of files it uses."""
    held = {name: value for name, value in asdict(settings).items() if name not in _UNNAMED}
    plain = json.loads(json.dumps({name: value for name, value in held.items() if value}))
    return Lock(plain, version, parts=dict(parts or {}))


def list_drift(locked: Lock, now: Lock) -> list[str]:
    """Each field that differs, as it was and as it is; versions and models only where known."""
    found = []
    for name in sorted({*locked.settings, *now.settings}):
        old, new = locked.settings.get(name), now.settings.get(name)
        if old != new:
            found.append(f"{name} was {_show(old)}, is {_show(new)}")
    parts = sorted({*locked.parts, *now.parts})
    found += [f"{n} has changed" for n in parts if locked.parts.get(n) != now.parts.get(n)]
    if locked.version and now.version and locked.version != now.version:
        found.append(f"version was {_show(locked.version)}, is {_show(now.version)}")
    new_models = [model for model in now.models if model not in locked.models]
    if locked.models and new_models:
        was, came = ", ".join(locked.models), ", ".join(new_models)
        found.append(f"model served was {was}, is {came}")
    return found


def add_model(lock: Lock, model: str) -> Lock:
    """The same with a model id that was served."""
    if not model or model in lock.models:
        return lock
    return replace(lock, models=(*lock.models, model))


def list_mixed(lock: Lock | None, recorded: Sequence[Recorded]) -> list[str]:
    """Why the outputs of a candidate are not of one candidate, beside what their harness says.

    `lock` is None where no run of it wrote one, which leaves what the outputs say.
    """
    served = dict.fromkeys(one.model for one in recorded if one.model)
    models = [*(lock.models if lock else ()), *served]
    names = list(dict.fromkeys(models))
    found = []
    if len(names) > 1:
        found.append(f"its outputs come from {len(names)} different models: {', '.join(names)}")
    n_elsewhere = sum(not one.harness for one in recorded)
    if lock and 0 < n_elsewhere < len(recorded):
        come = name_counted(n_elsewhere, "comes", "come")
        found.append(
            f"{n_elsewhere} of its {len(recorded)} outputs {come} from no run of the candidate that"
            " is locked"
        )
    return found


def parse_locks(text: str) -> dict[str, Lock]:
    """The locks of a file by name; ValueError where it is none of ours."""
    try:
        raw = json.loads(text)["candidates"]
        return {
            name: Lock(dict(one["settings"]), one["version"], tuple(one["models"]), one["parts"])
            for name, one in raw.items()
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it lacks {error}") from error


def render_locks(locks: Mapping[str, Lock]) -> str:
    """candidates.lock.json."""
    held = {name: asdict(lock) for name, lock in sorted(locks.items())}
    return json.dumps({"schema_version": 1, "candidates": held}, indent=2, sort_keys=True) + "\n"


def _show(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:100]
