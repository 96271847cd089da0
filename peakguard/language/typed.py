"""Fields that hold a data type, in the one type grammar of `expression.types`."""

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from peakguard.diagnostics import codes
from peakguard.language.model import Model
from peakguard.language.values import Bound, Count, Flag, Identifier, Item, Step, Text, choose_one, fault

NO_BYTES = "bytes are a type of columns of contracts only"


def _check_type(text: str, *, loose: bool = False) -> str:
    from peakguard.expression.types import TypeFault, parse_type

    try:
        parse_type(text, loose)
    except TypeFault as error:
        raise fault(codes.BAD_TYPE, found=text, problem=error.problem, start=error.start, end=error.end) from None
    return text


def _check_loose_type(text: str) -> str:
    if text == "binary":
        raise fault(codes.BAD_TYPE, found=text, problem=NO_BYTES, start=0, end=len(text))
    return _check_type(text, loose=True)


def _check_unit(text: str) -> str:
    from peakguard.expression.unit import UnitFault, parse_unit

    try:
        parse_unit(text)
    except UnitFault as error:
        raise fault(codes.BAD_UNIT, found=text, problem=error.problem, start=error.start, end=error.end) from None
    return text


class ShortForm:
    """Lets `symbol: string` stand for `symbol: {type: string}`, or for a table with another key."""

    def __init__(self, key: str = "type") -> None:
        self._key = key

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(self._as_table, handler(source))

    def _as_table(self, value: Any) -> Any:
        return {self._key: value} if isinstance(value, str) else value

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string"}, handler(schema)]}


def _as_table(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value


TypeText = Annotated[str, Strict(), AfterValidator(_check_type)]
LooseTypeText = Annotated[str, Strict(), AfterValidator(_check_loose_type)]
"""A type, or `datetime` alone for a time of any unit and zone."""

UnitText = Annotated[str, Strict(), AfterValidator(_check_unit)]
"""A unit of measure, e.g. usd, usd/share, fraction, bps."""
SHAPES = ("type", "list", "record")
_OF_COLUMNS = (
    "gt",
    "ge",
    "lt",
    "le",
    "matches",
    "min_length",
    "max_length",
    "unique",
    "not_in",
    "starts_with",
    "ends_with",
    "contains",
    "multiple_of",
)
"""What only a whole column can be held to."""
_KEYS = frozenset({*SHAPES, "values", "nullable", "finite", "unit", *_OF_COLUMNS})


def _as_element(value: Any) -> Any:
    """`list: string` and `list: {symbol: string}` are short for an element that is a string, or a record."""
    if isinstance(value, dict) and not _KEYS.issuperset(value):
        return {"record": value}
    return _as_table(value)


def one_shape(value: Any) -> Any:
    """The table of a shape as it is, where it has exactly one of the three keys that say what a value is."""
    if isinstance(value, dict):
        choose_one(value, SHAPES)
    return value


class Shape(Model):
    """What a value is: of a type, a list, or a record."""

    type: TypeText = ""
    """Data type, e.g. float64, string, 'datetime[us, UTC]', 'decimal(18,8)', enum."""
    list: "Annotated[Element, BeforeValidator(_as_element)] | None" = None
    """In place of a type: the elements of a list, such as string, or a record's fields."""
    record: "Annotated[dict[Identifier, Annotated[Element, ShortForm()]], Field(min_length=1)] | None" = None
    """In place of a type: the fields of a record."""
    values: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    """The only values allowed; for enum and string."""
    nullable: Flag = False
    """Whether values may be missing."""
    finite: Flag = True
    """Whether NaN and infinities are refused; for float64."""
    unit: UnitText | None = None
    """Unit of measure, e.g. usd, usd/share, fraction, percent; for numbers."""

    @model_validator(mode="before")
    @classmethod
    def _one_shape(cls, value: Any) -> Any:
        return one_shape(value)

    @property
    def shape(self) -> str:
        """The type as it is written, or the word `list` or `record`."""
        return self.type or ("list" if self.list is not None else "record")


class Element(Shape):
    """An element of a list, or a field of a record."""

    @model_validator(mode="before")
    @classmethod
    def _no_constraint(cls, value: Any) -> Any:
        found = next((key for key in _OF_COLUMNS if isinstance(value, dict) and key in value), None)
        if found is not None:
            raise fault(codes.INNER_CONSTRAINT, key=found)
        return value


Shape.model_rebuild()
Element.model_rebuild()


class Bounded(Shape):
    """A value and what it is held to."""

    gt: Bound | None = None
    """Every value is greater than this: a number, a day, or a length of time."""
    ge: Bound | None = None
    """Every value is at least this."""
    lt: Bound | None = None
    """Every value is less than this."""
    le: Bound | None = None
    """Every value is at most this; of a time, its day."""
    matches: Text | None = None
    """A pattern that every whole value matches."""
    min_length: Count | None = None
    """The least number of characters, or of bytes."""
    max_length: Count | None = None
    """The greatest number of characters, or of bytes."""
    not_in: Annotated[tuple[Item, ...], Field(min_length=1)] | None = None
    """Values that are refused; for strings and whole numbers."""
    starts_with: Text | None = None
    """What every value begins with."""
    ends_with: Text | None = None
    """What every value ends with."""
    contains: Text | None = None
    """What stands somewhere in every value."""
    multiple_of: Step | None = None
    """Every value is a multiple of this; for whole numbers."""


def type_of(shape: Shape) -> Any:
    """The type in the expression language (`peakguard.expression.types.Type`)."""
    from peakguard.expression import types

    if shape.list is not None:
        return types.list_of(column_of(shape.list))
    if shape.record is not None:
        return types.record({name: column_of(field) for name, field in shape.record.items()})
    return types.enum(shape.values or ()) if shape.type == "enum" else types.parse_type(shape.type, loose=True)


def column_of(shape: Shape) -> Any:
    """The name that an expression reads it by (`peakguard.expression.types.Column`)."""
    from peakguard.expression.types import Column

    return Column(type_of(shape), shape.nullable, shape.finite, shape.unit)
