"""Secrets leave no export: the corpus' text, each kind, counts, and no harm to what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.adapters.redact import redact

T28 = (
    "key sk-ant-api03-AAAABBBBCCCCDDDD0000 ghp_0123456789abcdefghijABCDEFGHIJ0123 AKI"
    "AIOSFODNN7EXAMPLE -----BEGIN OPENSSH PRIVATE KEY-----\n"
)
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7Vq\n-----END RSA PRIVATE KEY-----"


def test_the_text_of_the_hostile_corpus() -> None:
    """K2: t28, 4 of 4."""
    found = redact(T28)
    assert found.text == "key [redacted key] [redacted key] [redacted key] [redacted pem]\n"
    assert sum(found.counts.values()) == 4


@pytest.mark.parametrize(
    ("text", "kind", "left"),
    [
        ("github_pat_0123456789abcdefGHIJ", "key", ""),
        ("xoxb-123456789012-abcdef", "key", ""),
        ("ASIAIOSFODNN7EXAMPLE", "key", ""),
        (f"a {PEM} b", "pem", "a  b"),
        ("+-----BEGIN PRIVATE KEY-----\n+MIIEowIBAAKCAQEA7Vq\n+x = 1\n", "pem", "+\n+x = 1\n"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "jwt", ""),
        ("in /home/ann/src/x.py", "home", "in /src/x.py"),
        ("/Users/bob: no", "home", ": no"),
        (r"C:\Users\eve\x and C:\\Users\\eve\\y", "home", r"\x and \\y"),
        ("ask ann.b+c@mail.example.org, please", "e-mail", "ask , please"),
    ],
)
def test_each_kind_is_taken_out_and_counted(text: str, kind: str, left: str) -> None:
    """Replaced by its kind, nothing around it."""
    found = redact(text)
    assert set(found.counts) == {kind}
    assert found.text.replace(f"[redacted {kind}]", "") == left


@pytest.mark.parametrize(
    "text",
    [
        "task-force-of-ten people",
        "a @decorator and x@y",
        "--- a/home/index.html",
        "risk-assessment-12345678",
        "the -----BEGIN CERTIFICATE----- block",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """Word for word."""
    assert redact(text) == (text, {})


@given(st.lists(st.sampled_from([T28, PEM, "/home/a", "x", "\n", "+", "a@b.cc", "-----"])))
def test_twice_is_once(parts: list[str]) -> None:
    """A redacted text holds nothing more to redact."""
    text = redact("".join(parts)).text
    assert redact(text).text == text
    assert "AKIA" not in text


def test_a_long_text_without_an_end_is_quick() -> None:
    """A header that never ends takes no more than lines that look like a key."""
    text = "-----BEGIN PRIVATE KEY-----\nplain words follow\n" * 2000
    found = redact(text)
    assert found.counts["pem"] == 2000
    assert found.text.count("plain words follow") == 2000
