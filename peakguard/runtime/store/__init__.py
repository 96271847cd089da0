"""Bytes under keys in a folder: put whole, read verified, kept through crashes and power cuts."""

from peakguard.runtime.store.pointer import Pointer
from peakguard.runtime.store.store import Entry, Store

__all__ = ["Entry", "Pointer", "Store"]
