"""The record of a run: JSON in one form, which carries its own digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.store.sealed import seal, unseal

FORMAT = 1
_CONTENT = ("command", "folder", "seed", "level", "table", "policy_set", "environment", "streams", "ended")


def fingerprint(manifest: Mapping[str, Any]) -> str:
    """64 hexadecimal digits that two runs share exactly when they were given and gave the same.

    Neither who ran it, when, where and for how long, nor the commit counts; the sources do.
    """
    content: dict[str, Any] = {name: manifest[name] for name in _CONTENT}
    content["config"] = {name: each["digest"] for name, each in manifest["config"].items()}
    content["clock"] = manifest["clock_ns"] if manifest["table"]["pin"]["clock"] == "injected" else None
    content["python"] = manifest["python"]["version"]
    content["inputs"] = {each["path"]: each["digest"] for each in manifest["inputs"]}
    content["sources"] = {each["path"]: each["digest"] for each in manifest["sources"]}
    content["packages"] = {name: each for name, each in (manifest["packages"] or {}).items() if each["used"]}
    content["checkpoints"] = [[each["name"], each["digest"]] for each in manifest["checkpoints"]]
    content["outputs"] = {each["path"]: each["content"] for each in manifest["outputs"]}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def encode(manifest: Mapping[str, Any]) -> bytes:
    """The bytes of a manifest, with its digest on the second line."""
    return seal(manifest)


def decode(data: bytes, run: str) -> dict[str, Any]:
    """The manifest. Raises PeakguardError (PG2102) for bytes that are none, or of a newer release."""
    try:
        manifest = unseal(data)
    except ValueError as error:
        raise PeakguardError(codes.MANIFEST_DAMAGED, run=run, problem=str(error)) from error
    if manifest.get("manifest") != FORMAT:
        problem = f"it has format {manifest.get('manifest')}, and this release reads {FORMAT}"
        raise PeakguardError(codes.MANIFEST_DAMAGED, run=run, problem=problem)
    return manifest
