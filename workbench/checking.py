"""The composition root of checks: settings become a sandbox, an environment and a suite.

Apart from bootstrap, so that what opens a review does not know how tests are run.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.bootstrap import Workbench, utc_now

if TYPE_CHECKING:
    from workbench.adapters.check_bench import CheckBench
    from workbench.adapters.check_files import CheckFiles
    from workbench.adapters.check_plans import Means
    from workbench.adapters.environments import Environment
    from workbench.adapters.formatters import BoxedFormatter
    from workbench.adapters.sandbox import Runner
    from workbench.services.checks import Checks
    from workbench.study import Study

MEGABYTE = 1 << 20


def open_checks(bench: Workbench) -> "Checks":
    """The service that runs tests and records what they say."""
    from workbench.services.checks import Checks

    return Checks(bench.store, utc_now, bench.study.settings.test_jobs)


def open_reports(study: "Study") -> "CheckFiles":
    """The reports of a study."""
    from workbench.adapters.check_files import CheckFiles

    return CheckFiles(study.state / "checks")


def open_bench(bench: Workbench) -> "CheckBench":
    """What tests are run on, as the settings say; raises NoSandbox, InputRefused."""
    from workbench.adapters.check_bench import CheckBench

    return CheckBench(bench.clones, open_reports(bench.study), find_means(bench.study))


def open_formatter(study: "Study") -> "BoxedFormatter | None":
    """The formatter of the settings, always in the sandbox; None where there is none."""
    if not study.settings.formatter:
        return None
    from workbench.adapters import formatters
    from workbench.adapters.repositories import Clones

    def find() -> formatters.Means:
        from workbench.adapters.sandbox import find_sandbox

        return formatters.Means(find_sandbox(), find_ground(study))

    clones = Clones(study.state / "clones", study.repositories)
    return formatters.BoxedFormatter(study.settings.formatter, clones.path, find)


def find_ground(study: "Study") -> "Environment":
    """The programs and libraries that a sandbox of this study begins with."""
    from workbench.adapters.environments import find_environment, own_environment

    named = study.settings.environment
    return find_environment(
        (study.folder / Path(named).expanduser()).absolute() if named else own_environment()
    )


def find_means(study: "Study") -> "Means":
    """Sandbox first: without one nothing else matters."""
    from workbench.adapters.box import Bounds
    from workbench.adapters.check_plans import Means
    from workbench.adapters.environments import Setup
    from workbench.adapters.suites import Suite

    settings = study.settings
    runner = _find_runner(settings.sandbox)
    ground = find_ground(study)
    setup = None
    if settings.setup:
        built = study.state / "environments"
        setup = Setup(settings.setup, ground, built, settings.setup_network)
    bounds = Bounds(
        wall_seconds=settings.test_seconds,
        memory=settings.test_memory_mb * MEGABYTE,
        disk=256 * MEGABYTE,
    )
    suite = Suite(settings.test_command, settings.test_report, bounds)
    return Means(runner, suite, ground, setup, settings.test_repeats)


def _find_runner(sandbox: str) -> "Runner":
    if sandbox == "none":
        from workbench.adapters.bare import Bare

        return Bare()
    from workbench.adapters.sandbox import find_sandbox

    return find_sandbox()
