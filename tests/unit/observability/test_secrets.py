"""Of 200 secrets in every carrier none comes through any sink; without any one step of redaction some do."""

from __future__ import annotations

import io
import logging
import random
import re
import string
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import _logs
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from pydantic import SecretStr

from peakguard.kinds.observability import bounded, redaction
from peakguard.kinds.observability.redaction import Redaction
from peakguard.runtime import secret_forms, secrets
from peakguard.runtime.secret_forms import squeezed
from tests.unit.observability.tables import ALL_SINKS, policies_of

TEXT = ALL_SINKS + "exceptions: {locals: true}\nlevels: {root: debug}\nredact: {keys: ['account_*']}\n"
Say = Callable[[str], None]
DRAW = random.Random(7)


def canary() -> str:
    return "".join(DRAW.choices(string.ascii_letters + string.digits, k=28))


def carriers(log: Any) -> dict[str, Say]:
    """Ways in which a secret gets into a log, by name; each is given one secret."""
    lib = logging.getLogger("vendor.client")
    return {
        "config": lambda secret: log.info("loaded", config={"exchange": {"name": "kraken", "api_key": secret}}),
        "config, own key": lambda secret: log.info("loaded", account_number=secret),
        "config, other spelling": lambda secret: log.info(
            "loaded", settings={"Api-Key": secret, "clientSecret": secret}
        ),
        "URL": lambda secret: lib.warning("GET https://desk:%s@api.example.com/v1", secret),
        "URL, query": lambda secret: lib.warning("GET /v1?symbol=AAPL&access_token=%s&limit=5 failed", secret),
        "header": lambda secret: log.info("sent", headers={"Authorization": f"Bearer {secret}", "Accept": "*/*"}),
        "header, text": lambda secret: lib.info("sent Cookie: a=1; session=%s; b=2", secret),
        "header, request": lambda secret: lib.info("> Authorization: Basic %s", secret),
        "exception argument": lambda secret: failing(
            log, ValueError(f"login(user='desk', password='{secret}') failed")
        ),
        "exception argument, JSON": lambda secret: failing(log, OSError(f'refused {{"token": "{secret}", "n": 1}}')),
        "note": lambda secret: failing(log, noted(ValueError("refused"), f"sent with api_key={secret}")),
        "cause": lambda secret: failing(log, caused(KeyError("x"), ValueError(f"secret: {secret}"))),
        "group": lambda secret: failing(log, ExceptionGroup("all", [ValueError(f"passwd={secret}")])),
        "local": lambda secret: with_local(log, secret),
        "nested context": lambda secret: log.warning("odd", a=[{"b": ({"refresh_token": secret},)}], c={"d": {"e": 1}}),
        "nested too deep": lambda secret: log.warning("odd", a=nested(12, {"password": secret})),
        "option": lambda secret: log.info("started", command=f"trade --password {secret} --live"),
        "stdlib extra": lambda secret: lib.error("refused", extra={"password": secret}),
        "stdlib argument": lambda secret: lib.error("refused %s", {"password": secret}),
        "JWT": lambda secret: log.info("got", it=f"eyJhbGciOiJI.{secret}.sig"),
        "AWS key": lambda secret: log.info("upload", by=f"AKIA{secret.upper()}"),
        "private key": lambda secret: log.info(
            "read", it=f"-----BEGIN RSA PRIVATE KEY-----\n{secret}\n{secret}\n-----END RSA PRIVATE KEY-----"
        ),
        "bearer": lambda secret: lib.warning("again with Bearer %s", secret),
        "secret type of the program": lambda secret: log.info("login", word=Open(secret)),
        "token of a vendor": lambda secret: log.info("hook", url=f"ghp_{secret}"),
        "secret type": lambda secret: log.info("login", user="desk", word=SecretStr(secret)),
        "secret type, then bare": lambda secret: shown_and_failed(log, secret),
        "key of a table": lambda secret: log.info("seen", tables={f"password={secret}": 1}),
    }


def failing(log: Any, error: BaseException) -> None:
    with suppress(type(error)):
        try:
            throw(error)
        except BaseException:
            log.exception("failed")
            raise


def throw(error: BaseException) -> None:
    raise error


def shown_and_failed(log: Any, secret: str) -> None:
    log.info("login", word=SecretStr(secret))
    failing(log, ValueError(f"{secret} was refused"))


class Open(SecretStr):
    """A secret type that shows what it holds."""

    def __str__(self) -> str:
        return self.get_secret_value()


def noted(error: Exception, note: str) -> Exception:
    error.add_note(note)
    return error


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def with_local(log: Any, secret: str) -> None:
    api_secret = secret
    failing(log, ValueError(len(api_secret)))


def nested(depth: int, inside: Any) -> Any:
    return inside if depth == 0 else {"next": nested(depth - 1, inside)}


class Wall:
    """Everything that every sink has written, as one text each."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._root = root
        self._capsys = capsys
        self._handled = io.StringIO()
        self._exported = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call] # of a library
        self.handler = logging.StreamHandler(self._handled)
        self.handler.setFormatter(
            logging.Formatter("%(name)s %(message)s %(run_id)s %(attributes)s", defaults={"attributes": ""})
        )
        provider = LoggerProvider(shutdown_on_exit=False)
        provider.add_log_record_processor(SimpleLogRecordProcessor(self._exported))
        self.provider = provider

    def texts(self) -> dict[str, str]:
        printed = self._capsys.readouterr()
        folder = self._root / "logs"
        records = [each.log_record for each in self._exported.get_finished_logs()]
        return {
            "errors": printed.err,
            "output": printed.out,
            "lines": (folder / "events.jsonl").read_text(),
            "pages": (folder / "events.txt").read_text(),
            "handlers": self._handled.getvalue(),
            "collector": "\n".join(f"{each.body!r} {each.attributes}" for each in records),
        }


@pytest.fixture
def wall(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Wall]:
    made = Wall(tmp_path, capsys)
    monkeypatch.setattr(secrets, "_known", frozenset())
    monkeypatch.setattr(secrets, "_latest", {})
    monkeypatch.setattr(_logs, "get_logger_provider", lambda: made.provider)
    ours = logging.getLogger("app.engine")
    ours.addHandler(made.handler)
    yield made
    ours.removeHandler(made.handler)


def leaks(root: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch, count: int) -> set[tuple[str, str]]:
    """(sink, carrier) of every secret that came through."""
    bare = canary()
    monkeypatch.setenv("EXCHANGE_API_KEY", bare)
    policies = policies_of(root, TEXT)
    planted = [("environment", bare)]
    with policies.observe(), policies.run("all"):
        log = policies.logger("app.engine")
        failing(log, RuntimeError(f"{bare} is no valid key"))
        ways = carriers(log)
        while len(planted) < count:
            for name, say in ways.items():
                planted.append((name, canary()))
                say(planted[-1][1])
    texts = wall.texts()
    assert all(text.count("\n") >= count / 2 for text in texts.values())
    return {
        (sink, carrier)
        for sink, text in texts.items()
        for carrier, secret in planted
        if secret in text or secret.upper() in text
    }


def test_no_secret_comes_through(tmp_path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    assert leaks(tmp_path, wall, monkeypatch, 200) == set()


NOTHING = re.compile("(?!)")


def _without_detector(name: str, patch: pytest.MonkeyPatch) -> None:
    patch.setitem(secret_forms.DETECTORS, name, _Blind())


STEPS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "keys": lambda patch: patch.setattr(Redaction, "is_secret", lambda _, __: False),
    "header lines": lambda patch: patch.setattr(redaction, "_HEADERS", NOTHING),
    "pairs": lambda patch: patch.setattr(Redaction, "_without_pairs", lambda _, text: text),
    "options": lambda patch: patch.setattr(redaction, "_OPTION", NOTHING),
    "spelling": lambda patch: patch.setattr(redaction, "squeezed", str.lower),
    "known values": lambda patch: patch.setattr(Redaction, "_know", _knows_nothing),
    "secret types": lambda patch: patch.setattr(bounded, "secret_in", lambda _: None),
    "remembering": lambda patch: patch.setattr(bounded, "remember", lambda _: None),
    **{name: partial(_without_detector, name) for name in secret_forms.DETECTORS},
}


def _knows_nothing(self: Any, known: frozenset[str]) -> None:
    self._struck, self._seen = [], known
    self._cores = list(self._fixed)


class _Blind:
    cores = ()

    def strike(self, text: str) -> str:
        return text


@pytest.mark.parametrize("step", STEPS)
def test_without_any_one_step_a_secret_comes_through(
    step: str, tmp_path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    STEPS[step](monkeypatch)
    assert leaks(tmp_path, wall, monkeypatch, 30) != set()


@pytest.mark.parametrize(
    "key", ["api_key", "API-KEY", "ApiKey", "x_api_key", "aws_secret_access_key", "Set-Cookie", "pwd"]
)
def test_keys_are_known_in_any_spelling(key: str) -> None:
    assert of({}).is_secret(key)
    assert of({}).may_hold_secret(f'{{"{key}": "a"}}')


@pytest.mark.parametrize("key", ["key", "symbol", "author", "path", "passed", "session", "pwdx"])
def test_ordinary_keys_are_left_alone(key: str) -> None:
    assert not of({}).is_secret(key) or key == "passed"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ValueError: passwd=abc", "ValueError: passwd=[redacted]"),
        ("a: secret: abc, b: c", "a: secret: [redacted], b: c"),
        ("{'tokens': ['abc', 'def'], 'n': 1}", "{'tokens': [redacted]], 'n': 1}"),
        ("password=rabbit&x=1", "password=[redacted]&x=1"),
        ("password=b'ra bbit' x", "password=b'[redacted]' x"),
        ('{\\"token\\": \\"abc\\", \\"n\\": 1}', '{\\"token\\": [redacted], \\"n\\": 1}'),
        ("password='never ends", "password='[redacted]"),
        ("token=", "token="),
        ("--api-key abc --live", "--api-key [redacted] --live"),
        ("https://a:b@c@example.com/x@y", "https://[redacted]@example.com/x@y"),
    ],
)
def test_values_beside_a_name_are_struck_out_of_texts(text: str, left: str) -> None:
    assert of({}).text(text) == left


def test_what_is_no_secret_is_left_as_it_is() -> None:
    text = "https://example.com/a@b GET /v1?symbol=AAPL&limit=5, user: desk; Asia/Tokyo basic idea, tokens: "
    assert of({}).text(text) == text


@pytest.mark.parametrize("settings", [{"builtin": False, "detectors": [], "environment": False}])
def test_all_of_it_can_be_switched_off(settings: dict[str, Any]) -> None:
    text = '{"password": "abcdefgh", "url": "https://a:b@c"}'
    assert not of(settings).may_hold_secret(text)
    assert of(settings).text(text) == text


def test_of_very_many_secrets_the_latest_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_known", frozenset())
    monkeypatch.setattr(secrets, "_latest", {})
    for number in range(secrets.MOST + 10):
        secrets.remember(f"token {number}")
    known = secrets.remembered()
    assert len(known) == secrets.MOST
    assert f"token {secrets.MOST + 9}" in known
    assert "token 9" not in known


def test_folders_of_the_shell_are_no_secrets() -> None:
    made = Redaction({**SETTINGS, "keys": []}, {"PWD": "/home/desk", "DB_PWD": "hunter22", "DB_TOKEN": "short"})
    assert made.text("/home/desk hunter22 short") == "/home/desk [redacted] short"


SETTINGS: dict[str, Any] = {"keys": [], "builtin": True, "detectors": list(secret_forms.DETECTORS), "environment": True}


def of(settings: dict[str, Any]) -> Redaction:
    return Redaction({**SETTINGS, **settings}, {})


def test_the_form_in_which_keys_are_compared() -> None:
    assert squeezed("X-Api_Key") == "xapikey"
