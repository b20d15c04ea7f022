"""A local HTTP server that speaks the model APIs and four trackers' pages, with limits and faults.

Real sockets on 127.0.0.1. Each request takes the next fault, if one is left, else it is answered:
whole, or as a stream where one is asked for, well enough for real agents.
"""

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import urlsplit

from .model_speech import (
    Tokens,
    Turn,
    choose_turn,
    speak_chat,
    speak_message,
    stream_chat,
    stream_message,
    stream_response,
)

Fault = tuple[int, Mapping[str, str], bytes]
"""Status, headers, body; status 0 cuts the connection in the middle of a body, -1 never answers."""


def error(kind: str, message: str = "") -> bytes:
    """A provider's error."""
    return json.dumps({"error": {"type": kind, "message": message}}).encode()


class ModelServer(ThreadingHTTPServer):
    """`reply` is what the model says, `replies` by a part of the prompt; `requests` what came.

    `pages` are by path; of a POST by path, # and the cursor.
    `commands` are what it has run, one a turn, by whoever offers it a tool for that.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reply = "hello"
        self.replies: Mapping[str, str] = {}
        self.commands: Sequence[str] = ()
        self.finish = "stop"
        self.refusal: str | None = None
        self.faults: list[Fault] = []
        self.faults_of: Mapping[str, Fault] = {}  # by the model that is asked for
        self.pages: Mapping[str, Fault] = {}
        self.requests: list[tuple[str, Mapping[str, str], dict[str, Any]]] = []
        self.leaving = threading.Event()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def take_fault(self) -> Fault | None:
        with self._lock:
            return self.faults.pop(0) if self.faults else None

    def handle_error(self, *_: object) -> None:
        """A client that went away is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: dict[str, Any] = {}  # noqa: RUF012 - each request sets its own

    @property
    def model(self) -> ModelServer:
        return cast("ModelServer", self.server)

    def log_message(self, *_: object) -> None:
        """Nothing to say."""

    def _heads(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def do_GET(self) -> None:
        self.model.requests.append((self.path, self._heads(), {}))
        answer = self.model.take_fault() or self.model.pages.get(self.path)
        self._send(answer or (404, {}, b'{"message": "Not Found"}'))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.asked = json.loads(body)
        self.model.requests.append((self.path, self._heads(), self.asked))
        fault = self.model.faults_of.get(self.asked.get("model", "")) or self.model.take_fault()
        page = self.model.pages.get(f"{self.path}#{self._cursor()}")
        given = fault if fault is not None else page
        self._send(given) if given is not None else self._answer(urlsplit(self.path).path)

    def _cursor(self) -> str:
        """Where a page of Jira or Linear begins."""
        more = self.asked.get("variables") or {}
        return str(self.asked.get("nextPageToken") or more.get("after") or "")

    def _answer(self, path: str) -> None:
        turn, used = choose_turn(self.asked, self.model.commands, self._say()), Tokens()
        is_stream = self.asked.get("stream") is True
        if path.endswith("/messages/count_tokens"):
            self._send_json({"input_tokens": used.given})
        elif path.endswith("/messages") and is_stream:
            self._stream(stream_message(turn, used))
        elif path.endswith("/messages"):
            self._send_json(speak_message(turn, used))
        elif path.endswith("/chat/completions") and is_stream:
            self._stream(stream_chat(turn, used))
        elif path.endswith("/chat/completions"):
            self._send_json(speak_chat(turn, used))
        elif path.endswith("/responses") and is_stream:
            self._stream(stream_response(turn, used))
        else:
            self._send((404, {}, error("not_found")))

    def _say(self) -> Turn:
        """What was set for the ticket in the prompt, else for all."""
        asked = json.dumps(self.asked.get("messages", ""))
        own = (r for part, r in self.model.replies.items() if json.dumps(part)[1:-1] in asked)
        reply = next(own, self.model.reply)
        return Turn(reply, finish=self.model.finish, refusal=self.model.refusal)

    def _send_json(self, told: Mapping[str, object]) -> None:
        self._send((200, {}, json.dumps(told).encode()))

    def _stream(self, events: Iterable[bytes]) -> None:
        """Events as they come, in chunks: nobody knows by then how many there will be."""
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for event in (*events, b""):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
            self.wfile.flush()

    def _send(self, answer: Fault) -> None:
        status, headers, body = answer
        if status == -1:
            self.model.leaving.wait(60)
            return
        self.send_response(status or 200)
        for name, value in {"content-type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body) + (100 if status == 0 else 0)))
        self.end_headers()
        self.wfile.write(body)
        if status == 0:
            self.wfile.flush()
            self.close_connection = True


@contextmanager
def serve(faults: Sequence[Fault] = ()) -> Iterator[ModelServer]:
    """A server for a block."""
    server = ModelServer()
    server.faults = list(faults)
    threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    ).start()
    try:
        yield server
    finally:
        server.leaving.set()
        server.shutdown()
        server.server_close()
