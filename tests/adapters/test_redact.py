"""Secrets leave no export: the corpus' text, each kind, counts, and no harm to what is none."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.adapters.redact import make_redactor, redact

T28 = (
    "key sk-ant-api03-AAAABBBBCCCCDDDD0000 ghp_0123456789abcdefghijABCDEFGHIJ0123 AKI"
    "AIOSFODNN7EXAMPLE -----BEGIN OPENSSH PRIVATE KEY-----\n"
)
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7Vq\n-----END RSA PRIVATE KEY-----"


def test_k2_the_text_of_the_hostile_corpus() -> None:
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
        ("-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "jwt", "-"),
        ("AIzaSyA-1234567890abcdefghijklmnopqrstu", "key", ""),
        ("glpat-0123456789abcdefghij", "key", ""),
        ("https://ann:pa55word@git.example.org/x", "login", "https://@git.example.org/x"),
        ("postgresql://:secret@db/x", "login", "postgresql://@db/x"),
        ("in /home/ann/src/x.py", "home", "in /src/x.py"),
        ("/Users/bob: no", "home", ": no"),
        (r"C:\Users\eve\x and C:\\Users\\eve\\y", "home", r"\x and \\y"),
        ("ask ann.b+c@mail.example.org, please", "e-mail", "ask , please"),
    ],
)
def test_k2_each_kind_is_taken_out_and_counted(text: str, kind: str, left: str) -> None:
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


@pytest.mark.parametrize(
    "unit",
    [
        *("a.", "a-", "x@", "x@a-", "a@a.", "eyJ-", "eyJaaaaaaaa.", "sk-", "://a:", "://:"),
        *("/home/", "AKIA", "-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----a"),
        *("A" * 40, "hf_", "ghp_", "xoxb-"),
    ],
)
def test_no_text_makes_it_slow(unit: str) -> None:
    """Half a megabyte of what begins like a secret again and again; without care: hours."""
    begun = time.perf_counter()
    redact(unit * (500_000 // len(unit)))
    assert time.perf_counter() - begun < 10


def test_a_key_without_an_end_takes_no_more_than_it() -> None:
    """Only lines that look like one."""
    text = "-----BEGIN PRIVATE KEY-----\nplain words follow\n" * 2000
    found = redact(text)
    assert found.counts["pem"] == 2000
    assert found.text.count("plain words follow") == 2000


def test_k1_a_log_s_redactor_knows_the_values_of_secrets() -> None:
    """By the names of their variables, whatever they look like; short values would hit words."""
    environment = {
        *(("WB_API_KEY", "no-known-form"), ("my_password", "hunter22-long"), ("X_TOKEN", "short")),
        *(("HOME", "/srv/ann-home"), ("SECRET_LONG", "no-known-form-at-all")),
    }
    clean = make_redactor(dict(environment))
    text = "a no-known-form b no-known-form-at-all c hunter22-long d short e /srv/ann-home"
    assert clean(text) == (
        "a [redacted key] b [redacted key] c [redacted key] d short e /srv/ann-home"
    )
    assert make_redactor({})("plain") == "plain"
