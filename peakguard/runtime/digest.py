"""Names for content."""

from __future__ import annotations

try:
    # hashlib loads OpenSSL first, which costs a tenth of a cached check; the algorithm is the same.
    from _blake2 import blake2b
except ImportError:  # pragma: no cover # Pythons without that module
    from hashlib import blake2b


def digest_of(*parts: bytes) -> str:
    """32 hexadecimal digits that name some content; parts are told apart."""
    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return str(digest.hexdigest())


def digest_of_file(path: str) -> str:
    """64 hexadecimal digits that name the bytes of a file: those that `sha256sum` prints."""
    from hashlib import file_digest

    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()
