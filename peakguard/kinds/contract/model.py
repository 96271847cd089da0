"""What a `contract` policy may say."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from peakguard.language.header import Policy
from peakguard.language.model import Model
from peakguard.language.references import ContractRef, ErrorRef
from peakguard.language.rule import Rule
from peakguard.language.typed import Bounded, ShortForm
from peakguard.language.values import Count, Date, Duration, Flag, Identifier, Plain, Rate, Text


class Column(Bounded):
    """One column: its type, and what every value must be."""

    description: Text | None = None
    """What the values mean."""
    source: Text | None = None
    """Name of the column in the data, where it differs."""
    aliases: tuple[Text, ...] = ()
    """Other names the column may have in the data."""
    required: Flag = True
    """Whether the data must have the column."""
    default: Plain | None = None
    """The value of every row where the data lack the column; for one that is not required."""
    parse: Text | None = None
    """How to read a date or time from text, e.g. '%m/%d/%Y'."""
    unique: Flag = False
    """Whether every value stands once."""
    error: ErrorRef | None = None
    """The code that a violation of this column raises."""


class Order(Model):
    """How rows follow each other."""

    by: Identifier
    """Rows rise by this column."""
    within: tuple[Identifier, ...] = ()
    """Columns that divide the rows into groups, each ordered for itself."""
    strict: Flag = False
    """Whether equal neighbours are refused."""


class Cadence(Model):
    """At what distance rows follow each other."""

    every: Duration
    """The distance between two rows."""
    column: Identifier
    """The column with the time of a row."""
    within: tuple[Identifier, ...] = ()
    """Columns that divide the rows into groups, each with a cadence of its own."""
    calendar: Text = "24/7"
    """When rows are expected: around the clock, or in the sessions of an exchange, e.g. XNYS."""
    max_gap: Count = 0
    """How many rows in a row may be missing."""


class Freshness(Model):
    """How old the newest row may be."""

    column: Identifier
    """The column with the time of a row."""
    max_age: Duration
    """The greatest age of the newest row."""


class Rows(Model):
    """How many rows there must be."""

    min: Count | None = None
    """The least number of rows."""
    max: Count | None = None
    """The greatest number of rows."""


class Sample(Model):
    """How many rows are looked at by what asks something of one row alone, but for missing values and NaN."""

    share: Rate
    """The share of rows (0..1) that are looked at."""
    seed: Count = 0
    """Another seed looks at other rows; the same seed always at the same."""


class ForeignKey(Model):
    """Values that must exist in the data of another contract."""

    contract: ContractRef
    """The other contract."""
    column: Identifier
    """The column of the other contract."""
    also: dict[Identifier, Identifier] = Field(default_factory=dict)
    """More columns of this contract, each with its column there: together they name one row."""


class Exemption(Model):
    """A row that is known to break a rule, for a stated reason and until a stated date."""

    key: dict[Identifier, Any]
    """The value of every key column."""
    rule: Text
    """The id of the rule, or the name of one under `rules`."""
    reason: Text
    """Why the row is accepted."""
    until: Date
    """The last day on which the exemption holds."""


class Extends(Model):
    """The contract that this one takes over, to which it adds."""

    contract: ContractRef
    """The other contract."""
    version: Text | None = None
    """Versions of the other contract that will do, e.g. '>=1.2,<2'."""
    weaker: dict[Text, Text] = Field(default_factory=dict)
    """Parts that demand less than there, such as columns.volume.nullable, each with the reason."""


def _no_columns_of_its_own(schema: dict[str, Any]) -> None:
    """Columns may all be those of the contract that is extended."""
    schema["required"].remove("columns")
    schema["anyOf"] = [{"required": ["columns"]}, {"required": ["extends"]}]


class Contract(Policy):
    """What a table of data must be."""

    model_config = ConfigDict(json_schema_extra=_no_columns_of_its_own)

    HOLDS_BYTES: ClassVar[bool] = True
    kind: Literal["contract"]
    """What the file declares."""
    extends: Annotated[Extends, ShortForm("contract")] | None = None
    """Another contract, all of which holds here as well: a name, or a name with versions and reasons."""
    columns: Annotated[dict[Identifier, Annotated[Column, ShortForm()]], Field(min_length=1)]
    """The columns; may be left out where another contract is extended."""
    extra_columns: Literal["allow", "drop", "forbid"] = "forbid"
    """What happens to columns that the contract does not name."""
    column_order: Literal["any", "declared"] = "any"
    """Whether the data must have their columns in the order in which they are declared."""
    coerce: Flag = False
    """Whether values of another type are converted where nothing is lost."""
    key: tuple[Identifier, ...] = ()
    """Columns that together identify a row: never null, and unique."""
    order: Order | None = None
    """How rows follow each other."""
    cadence: Cadence | None = None
    """At what distance rows follow each other."""
    freshness: Freshness | None = None
    """How old the newest row may be."""
    rows: Rows | None = None
    """How many rows there must be."""
    references: dict[Identifier, ForeignKey] = Field(default_factory=dict)
    """Columns whose values must exist in other data."""
    rules: dict[Identifier, Rule] = Field(default_factory=dict)
    """Demands in the expression language."""
    sample: Sample | None = None
    """Constraints of values and rules of one row look at some rows only, and reports say so."""
    trust_statistics: Flag = False
    """Whether the statistics in Parquet files may prove constraints of columns that nothing else needs to read."""
    on_violation: Literal["raise", "quarantine", "drop", "observe"] = "raise"
    """What `validate` does with rows that break the contract: `quarantine` sets them aside and passes the others."""
    error: ErrorRef | None = None
    """The code raised for anything not named more closely."""
    exempt: tuple[Exemption, ...] = ()
    """Rows that are known to break a rule."""


MODEL = Contract
