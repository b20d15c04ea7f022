"""`aider --message ...`: plain text, with a line of tokens and cost after each message."""

import re
from pathlib import Path

from workbench.adapters.agents.plain import read_plain
from workbench.adapters.agents.reading import Told, Trouble
from workbench.adapters.result_file import clean_text
from workbench.adapters.transcripts import read_end
from workbench.domain.run import Said, Usage
from workbench.text import decode

_TOKENS = re.compile(
    r"^Tokens: ([\d.,]+[kM]?) sent(?:, [^\n]*?)?, ([\d.,]+[kM]?) received\."
    r"(?: Cost: \$([\d.]+) message, \$([\d.]+) session\.)?",
    re.MULTILINE,
)
_MODEL = re.compile(r"^(?:Main )?[Mm]odel: (\S+)", re.MULTILINE)
_BANNER = re.compile(
    r"^(?:Aider v|Main model:|Model:|Weak model:|Git repo:|Repo-map:|Use /help|Tokens: |https?://"
    r"|Added |Can't initialize|Warning|Detected dumb|Analytics |HTTPSConnectionPool|\u2500{8,}"
    r"|Applied edit to ).*$",
    re.MULTILINE,
)
_TOP = re.compile(  # all that it prints before the first answer
    r"\A.*?^Aider v[^\n]*\n"
    r"(?:(?:(?:Main |Weak |Editor )?[Mm]odel|Git repo|Repo-map): [^\n]*\n|Added [^\n]+ chat\.\n)*",
    re.MULTILINE | re.DOTALL,
)
_FACTORS = {"k": 1_000, "M": 1_000_000}
_LIMIT = 4 << 20  # bytes


def read_aider(stdout: Path, stderr: Path) -> Told:
    """What it said without its banner; tokens over all messages, cost of the session."""
    text = decode(read_end(stdout, _LIMIT))
    found = _TOKENS.findall(text)
    model = _MODEL.search(text)
    if not model and not found:
        return read_plain(stdout, stderr)
    usage = Usage(
        cost_usd=float(found[-1][3]) if found and found[-1][3] else None,
        input_tokens=sum(_number(one[0]) for one in found) if found else None,
        output_tokens=sum(_number(one[1]) for one in found) if found else None,
        turns=len(found) or None,
        model=model[1] if model else "",
    )
    said = clean_text(_BANNER.sub("", _TOP.sub("", text)).strip()[-20_000:])
    failure, reason = None, ""
    if not found:
        reason = next((line for line in text.split("\n") if "Error" in line), "")
        failure = Trouble.class_of(reason) if reason else None
    return Told(Said(said), usage, failure, reason[:300])


def _number(text: str) -> int:
    factor = _FACTORS.get(text[-1], 1)
    return round(float(text.rstrip("kM").replace(",", "")) * factor)
