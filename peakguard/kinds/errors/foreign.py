"""What an errors policy may say of a foreign exception: a class, an HTTP status, an errno, words of its message."""

import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, Strict, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from peakguard.diagnostics import codes
from peakguard.language.model import Model
from peakguard.language.values import Text, fault

_CLASS = re.compile(r"[A-Za-z_][\w.]*(?::[A-Za-z_][\w.]*)?", re.ASCII)
_STATUS = re.compile(r"[1-5][0-9xX]{2}", re.ASCII)
_NUMBER = re.compile(r"E[A-Z0-9]{1,20}|[1-9][0-9]{0,3}", re.ASCII)
_FORM = "module:Class of a foreign exception, a built-in one, http:429, or errno:ENOSPC"


def _check_class(text: str) -> str:
    return _checked(_CLASS, text)


def _check_status(value: str) -> str:
    return _checked(_STATUS, value)


def _check_number(value: str) -> str:
    return _checked(_NUMBER, value)


def _checked(form: re.Pattern[str], text: str, written: str | None = None) -> str:
    if not form.fullmatch(text):
        raise fault(codes.BAD_NAME, found=written or text, what="exception to match", form=_FORM)
    return text


class Foreign(Model):
    """An exception from elsewhere; of several conditions all must hold."""

    type: Annotated[str, Strict(), AfterValidator(_check_class)] | None = None
    """Its class or one of its bases, as `module:Class`, or the name of a built-in one."""
    http: Annotated[str, Strict(), AfterValidator(_check_status)] | None = None
    """The HTTP status it carries, such as `'429'` or `5xx`."""
    errno: Annotated[str, Strict(), AfterValidator(_check_number)] | None = None
    """Its `errno`, such as ENOSPC."""
    message: Text | None = None
    """A pattern that a part of its message matches."""

    @property
    def text(self) -> str:
        """One line that names it: the short form where there is one."""
        parts = [f"{key}:{value}" for key in ("http", "errno") if (value := getattr(self, key)) is not None]
        parts = [*([self.type] if self.type else []), *parts]
        return " ".join([*parts, *([f"message:{self.message}"] if self.message else [])])

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.text:
            raise fault(codes.BAD_NAME, found="{}", what="exception to match", form=_FORM)
        return self


class ShortForeign:
    """Lets `http:429` stand for `{http: '429'}`, and any other text for the class of that name."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(_as_table, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string"}, handler(schema)]}


def _as_table(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    for key, form in (("http", _STATUS), ("errno", _NUMBER)):
        if value.startswith(f"{key}:"):
            return {key: _checked(form, value.removeprefix(f"{key}:"), value)}
    return {"type": _checked(_CLASS, value)}
