"""A local HTTP server that speaks both model APIs and four trackers' pages, with limits and faults.

Real sockets on 127.0.0.1. Each request takes the next fault, if one is left, else it is answered.
"""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

Fault = tuple[int, Mapping[str, str], bytes]
"""Status, headers, body; status 0 cuts the connection in the middle of a body, -1 never answers."""


def error(kind: str, message: str = "") -> bytes:
    """A provider's error."""
    return json.dumps({"error": {"type": kind, "message": message}}).encode()


class ModelServer(ThreadingHTTPServer):
    """`reply` is what the model says, `replies` by a part of the prompt; `requests` what came.

    `pages` are by path; of a POST by path, # and the cursor.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reply = "hello"
        self.replies: Mapping[str, str] = {}
        self.finish = "stop"
        self.refusal: str | None = None
        self.faults: list[Fault] = []
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
        fault = self.model.take_fault()
        page = self.model.pages.get(f"{self.path}#{self._cursor()}")
        if fault is not None:
            self._send(fault)
        elif page is not None:
            self._send(page)
        elif self.path.endswith("/messages"):
            self._send((200, {}, self._message()))
        elif self.path.endswith("/chat/completions"):
            self._send((200, {}, self._completion()))
        else:
            self._send((404, {}, error("not_found")))

    def _cursor(self) -> str:
        """Where a page of Jira or Linear begins."""
        more = self.asked.get("variables") or {}
        return str(self.asked.get("nextPageToken") or more.get("after") or "")

    def _reply(self) -> str:
        """What was set for the ticket in the prompt, else for all."""
        asked = self.asked["messages"][0]["content"]
        return next(
            (r for part, r in self.model.replies.items() if part in asked), self.model.reply
        )

    def _completion(self) -> bytes:
        message = {"role": "assistant", "content": self._reply(), "refusal": self.model.refusal}
        usage = {
            "prompt_tokens": 1000,
            "completion_tokens": 200,
            "prompt_tokens_details": {"cached_tokens": 400},
        }
        choice = {"index": 0, "message": message, "finish_reason": self.model.finish}
        return json.dumps({"model": "m-served-1", "choices": [choice], "usage": usage}).encode()

    def _message(self) -> bytes:
        stop = {"stop": "end_turn", "length": "max_tokens"}.get(self.model.finish, "refusal")
        usage = {"input_tokens": 600, "cache_read_input_tokens": 400, "output_tokens": 200}
        content = [{"type": "text", "text": self._reply()}]
        told = {"model": "m-served-1", "content": content, "stop_reason": stop, "usage": usage}
        return json.dumps(told).encode()

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
