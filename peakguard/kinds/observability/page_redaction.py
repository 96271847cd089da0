"""What the page says of redaction: what is struck out, and what passes through."""

from __future__ import annotations

from peakguard.kinds.observability.model import DETECTORS, Redact
from peakguard.language.markdown import bullets, code, table
from peakguard.runtime.secret_forms import BUILT_IN_KEYS
from peakguard.runtime.secrets import SHORTEST

_DETECTED = {
    "authorization": "what follows `Bearer`, `Basic` or `Digest`",
    "aws_key": "ids of keys of AWS (`AKIA…`, `ASIA…`); not the secret that belongs to one, which has no form",
    "jwt": "JSON web tokens (`eyJ…`)",
    "private_key": "private keys in PEM",
    "url_userinfo": "user and password in an address (`https://user:password@…`)",
    "vendor_token": "tokens of GitHub, GitLab, Slack, Stripe and Google, by how they begin",
}


def redaction(redact: Redact) -> str:
    """The rules of a policy, those that are off, and the holes of the net."""
    keys = [*redact.keys, *(BUILT_IN_KEYS if redact.builtin else ())]
    parts = []
    if keys:
        says = "Values under these keys, at any depth, and in texts such as `key=value`"
        parts.append(f"{says}; upper case, `_` and `-` make no difference:\n\n" + ", ".join(map(code, keys)))
    if redact.detectors:
        rows = [(code(name), _DETECTED[name]) for name in redact.detectors]
        parts.append("In any text, by their form:\n\n" + table(("detector", "what it knows"), rows))
    if redact.environment:
        says = f"Values of environment variables with such names, from {SHORTEST} characters on, wherever they occur."
        parts.append(f"{says} Values of secret types (pydantic's `SecretStr`) from the moment they are seen.")
    return "\n\n".join([*parts, "What is **not** caught:\n\n" + bullets(_holes(redact))])


def _holes(redact: Redact) -> list[str]:
    off = [code(name) for name in DETECTORS if name not in redact.detectors]
    holes = ["a secret under an ordinary name, of no known form, that was never seen before"]
    holes += [f"what these detectors know, since they are off: {', '.join(off)}"] if off else []
    holes += [] if redact.builtin else ["what the built-in list of keys knows, since it is off"]
    holes += [] if redact.environment else ["values of environment variables, since that is off"]
    holes += ["account numbers, names and amounts: they are no secrets unless a key says so"] if not redact.keys else []
    return [
        *holes,
        "what the program prints by itself, and files that it writes: only events and records are looked at",
    ]
