"""Class methods of classes that are written in C, replaced."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from typing import Any


def replace_class_method(owner: type, name: str, method: Callable[..., Any]) -> Callable[[], None]:
    """Give a class of C another class method; what is given back brings the old one back.

    A class in its place would not do: libraries hold the real one, and those in C insist on it.
    """
    members: dict[str, Any] = gc.get_referents(owner.__dict__)[0]
    old = members.get(name)
    members[name] = classmethod(method)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(owner))

    def undo() -> None:
        if old is None:
            members.pop(name, None)
        else:
            members[name] = old
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(owner))

    return undo
