"""What the tests' model says, in the shapes of three APIs: whole, or as the events of a stream.

Chat completions and Responses as OpenAI documents them, messages as Anthropic does. A model that
was given a tool for commands calls it for each command of its script, and then it speaks.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SERVED = "m-served-1"
_SHELLS = ("bash", "shell", "exec_command", "shell_command", "local_shell", "execute_bash")
_WORDS = {"string": "swap the operands", "integer": 60_000, "number": 60_000, "boolean": False}


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a turn used: `cached` of those given were read from a cache."""

    given: int = 1000
    cached: int = 400
    made: int = 200


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: a text, or the call of a tool; `finish` in the words of chat completions."""

    text: str
    tool: str = ""
    arguments: str = ""
    number: int = 0
    finish: str = "stop"
    refusal: str | None = None

    @property
    def call_id(self) -> str:
        """The name of this call among others."""
        return f"call_{self.number}"


def choose_turn(asked: Mapping[str, Any], commands: Sequence[str], spoken: Turn) -> Turn:
    """The next command of a script, for who has a shell; what is to be said, for all others."""
    number, shell = _count_results(asked), _find_shell(asked)
    if shell is None or number >= len(commands):
        return spoken
    name, schema = shell
    return Turn("", name, json.dumps(_fill(schema, commands[number])), number + 1)


def _count_results(asked: Mapping[str, Any]) -> int:
    """How many tools have answered, in whichever shape."""
    said = [*_list(asked.get("messages")), *_list(asked.get("input"))]
    parts = [part for one in said for part in _list(one.get("content"))]
    kinds = [str(one.get("type", "")) for one in said]
    answers = [one for one in said if one.get("role") == "tool"]
    answers += [part for part in parts if part.get("type") == "tool_result"]
    return len(answers) + sum(kind.endswith("_output") for kind in kinds)


def _find_shell(asked: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    for tool in _list(asked.get("tools")):
        told = tool.get("function", tool)
        schema = told.get("parameters") or told.get("input_schema") or {}
        if str(told.get("name", "")).lower() in _SHELLS and schema.get("properties"):
            return told["name"], schema
    return None


def _fill(schema: Mapping[str, Any], command: str) -> dict[str, object]:
    """The command, and a word for everything else that the tool insists on."""
    known: Mapping[str, Any] = schema["properties"]
    place = next(name for name in ("command", "cmd", "script") if name in known)
    is_list = known[place].get("type") == "array"
    needed = [name for name in schema.get("required") or () if name != place]
    filled: dict[str, object] = {n: _WORDS.get(str(known[n].get("type"))) for n in needed}
    return {place: ["bash", "-lc", command] if is_list else command, **filled}


def _list(value: object) -> list[dict[str, Any]]:
    """What JSON held there, if it is a list."""
    return value if isinstance(value, list) else []


def _chat_usage(used: Tokens) -> dict[str, object]:
    return {
        "prompt_tokens": used.given,
        "completion_tokens": used.made,
        "total_tokens": used.given + used.made,
        "prompt_tokens_details": {"cached_tokens": used.cached},
    }


def _chat_call(turn: Turn) -> list[dict[str, object]]:
    function = {"name": turn.tool, "arguments": turn.arguments}
    return [{"index": 0, "id": turn.call_id, "type": "function", "function": function}]


def speak_chat(turn: Turn, used: Tokens) -> dict[str, object]:
    """A chat completion."""
    message: dict[str, object] = {"role": "assistant", "content": turn.text}
    message["refusal"] = turn.refusal
    if turn.tool:
        message["tool_calls"] = _chat_call(turn)
    finish = "tool_calls" if turn.tool else turn.finish
    choice = {"index": 0, "message": message, "finish_reason": finish}
    head = {"id": "chat_1", "object": "chat.completion", "created": 1, "model": SERVED}
    return {**head, "choices": [choice], "usage": _chat_usage(used)}


def stream_chat(turn: Turn, used: Tokens) -> Iterator[bytes]:
    """The same in pieces, closed by [DONE]."""
    head = {"id": "chat_1", "object": "chat.completion.chunk", "created": 1, "model": SERVED}
    deltas: list[dict[str, object]] = [{"role": "assistant", "content": ""}]
    if turn.tool:
        deltas.append({"tool_calls": _chat_call(turn)})
    deltas += [{"content": piece} for piece in _cut(turn.text)]
    for delta in deltas:
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        yield _event({**head, "choices": [choice]})
    finish = "tool_calls" if turn.tool else turn.finish
    end = {"index": 0, "delta": {}, "finish_reason": finish}
    yield _event({**head, "choices": [end]})
    yield _event({**head, "choices": [], "usage": _chat_usage(used)})
    yield b"data: [DONE]\n\n"


def _stop_reason(turn: Turn) -> str:
    if turn.tool:
        return "tool_use"
    return {"stop": "end_turn", "length": "max_tokens"}.get(turn.finish, "refusal")


def _message_usage(used: Tokens) -> dict[str, int]:
    return {
        "input_tokens": used.given - used.cached,
        "cache_read_input_tokens": used.cached,
        "cache_creation_input_tokens": 0,
        "output_tokens": used.made,
    }


def speak_message(turn: Turn, used: Tokens) -> dict[str, object]:
    """A message of Anthropic's API."""
    content: dict[str, object] = {"type": "text", "text": turn.text}
    if turn.tool:
        given = json.loads(turn.arguments)
        content = {"type": "tool_use", "id": turn.call_id, "name": turn.tool, "input": given}
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": SERVED}
    end = {"stop_reason": _stop_reason(turn), "stop_sequence": None}
    return {**head, "content": [content], **end, "usage": _message_usage(used)}


def stream_message(turn: Turn, used: Tokens) -> Iterator[bytes]:
    """The same as named events."""
    whole = speak_message(turn, used)
    begun = {**whole, "content": [], "stop_reason": None}
    block: dict[str, object] = {"type": "text", "text": ""}
    deltas: list[dict[str, object]] = [{"type": "text_delta", "text": t} for t in _cut(turn.text)]
    if turn.tool:
        block = {"type": "tool_use", "id": turn.call_id, "name": turn.tool, "input": {}}
        pieces = _cut(turn.arguments)
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    yield _named({"type": "message_start", "message": begun})
    yield _named({"type": "content_block_start", "index": 0, "content_block": block})
    for delta in deltas:
        yield _named({"type": "content_block_delta", "index": 0, "delta": delta})
    yield _named({"type": "content_block_stop", "index": 0})
    end = {"stop_reason": _stop_reason(turn), "stop_sequence": None}
    yield _named({"type": "message_delta", "delta": end, "usage": _message_usage(used)})
    yield _named({"type": "message_stop"})


def stream_response(turn: Turn, used: Tokens) -> Iterator[bytes]:
    """A response of the Responses API, as its events."""
    head: dict[str, object] = {"id": "resp_1", "object": "response", "model": SERVED}
    item: dict[str, object] = {"type": "message", "id": "item_1", "role": "assistant"}
    if turn.tool:
        name = {"name": turn.tool, "call_id": turn.call_id}
        item = {"type": "function_call", "id": "item_1", **name, "arguments": turn.arguments}
    else:
        item["content"] = [{"type": "output_text", "text": turn.text, "annotations": []}]
    yield _named(
        {"type": "response.created", "response": {**head, "status": "in_progress", "output": []}}
    )
    begun = item if turn.tool else {**item, "content": []}
    yield _named({"type": "response.output_item.added", "output_index": 0, "item": begun})
    for piece in _cut(turn.text):
        where = {"item_id": "item_1", "output_index": 0, "content_index": 0}
        yield _named({"type": "response.output_text.delta", **where, "delta": piece})
    yield _named({"type": "response.output_item.done", "output_index": 0, "item": item})
    usage = {
        "input_tokens": used.given,
        "input_tokens_details": {"cached_tokens": used.cached},
        "output_tokens": used.made,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": used.given + used.made,
    }
    done = {**head, "status": "completed", "output": [item], "usage": usage}
    yield _named({"type": "response.completed", "response": done})


def _cut(text: str) -> list[str]:
    """In pieces of seven letters, as a stream comes: where it pleases."""
    return [text[at : at + 7] for at in range(0, len(text), 7)]


def _event(data: Mapping[str, object]) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\n\n"


def _named(data: Mapping[str, object]) -> bytes:
    return b"event: " + str(data["type"]).encode() + b"\n" + _event(data)
