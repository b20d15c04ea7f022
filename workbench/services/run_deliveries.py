"""How a job ended, as the output that is stored of it."""

import json
from dataclasses import asdict

from workbench.domain.output import Delivered
from workbench.domain.run import Ending, Job


def deliver(job: Job, ending: Ending, *, trial: int) -> Delivered:
    """As an output of that trial; 0: the next that is free."""
    return Delivered(
        ticket_id=job.ticket_id,
        candidate=job.candidate,
        patch=ending.patch,
        message=ending.said.message or ("" if ending.exit_class.is_answer else ending.reason),
        delivery=ending.delivery,
        self_flagged=ending.said.self_flagged,
        questions=ending.said.questions,
        run_id=job.run_id,
        extra=_extra(job, ending),
        trial=trial,
    )


def _extra(job: Job, ending: Ending) -> str:
    """What numbers need stands at the top, as harnesses elsewhere write it; the rest in `run`."""
    told = {"run": describe(ending), "harness_sha": job.harness, "cost_usd": ending.spent_usd}
    return json.dumps(told, sort_keys=True)


def describe(ending: Ending) -> dict[str, object]:
    """What is kept beside an output of how it came about; null: nobody can tell."""
    return {
        "exit_class": ending.exit_class,
        "status": ending.said.status,
        "confidence": ending.said.confidence,
        "reason": ending.reason,
        "notes": list(ending.notes),
        "seconds": ending.seconds,
        "tries": ending.tries,
        "spent_usd": ending.spent_usd,
        "sandbox": ending.sandbox,
        "leaks": list(ending.leaks),
        **asdict(ending.usage),
    }
