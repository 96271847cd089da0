"""What a `config` policy may say."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Discriminator, Field, Strict, Tag, WithJsonSchema

from peakguard.kinds.config.short import FIELD, MAP, RENAMED, TABLE, UNION, InFull, part_of
from peakguard.language.header import Mode, Policy
from peakguard.language.model import Model
from peakguard.language.references import ErrorRef
from peakguard.language.rule import OnNull
from peakguard.language.typed import Bounded, ShortForm
from peakguard.language.values import Duration, Flag, Identifier, Number, Text, Version, of_form

_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_PATH = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", re.ASCII)
_LISTED = re.compile(r"[A-Za-z0-9_.-]+|keys\([A-Za-z0-9_.-]+\)", re.ASCII)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*", re.ASCII)
_FILE = re.compile(r"[^\\*?]+\.(toml|yaml|yml|json)", re.ASCII)

Key = Annotated[str, Strict(), of_form(_KEY, "key", "letters, digits, _ and -")]
ConfigPath = Annotated[str, Strict(), of_form(_PATH, "path of a key", "keys joined by dots, such as risk.max_drawdown")]
Listed = Annotated[str, Strict(), of_form(_LISTED, "reference", "`section.key` of a list, or `keys(section)`")]
Variable = Annotated[str, Strict(), of_form(_VARIABLE, "environment variable", "upper-case letters, digits and _")]
FilePath = Annotated[
    str, Strict(), of_form(_FILE, "config file", "a path that ends in .toml, .yaml, .yml or .json, {profile} in it")
]
Unknown = Literal["error", "warning", "allow"]


class Deprecation(Model):
    """A key that is to go."""

    since: Version
    """The version of the policy since which it is deprecated."""
    use: ConfigPath | None = None
    """The key that takes its place."""
    reason: Text | None = None
    """Why, in the operator's words."""


class Value(Bounded):
    """A field: its type, its bounds, and where its value comes from."""

    required: Flag | None = None
    """Whether it must be given; true where there is no default."""
    required_when: Text | None = None
    """It must be given where this expression over the whole configuration holds."""
    default: Annotated[Any, WithJsonSchema({})] = None
    """The value of a field that is not given."""
    secret: Literal["env"] | None = None
    """Its value comes from the environment, and never stands in a file."""
    env: Variable | None = None
    """The variable that overrides it, beside those with the prefix."""
    path: Literal["exists", "file", "folder", "parent"] | None = None
    """Its text is a path, from the root of the project, that is there; `parent`: the folder that it would lie in is."""
    among: Listed | None = None
    """Its value, or each of a list, is an item of another list or a key of a map: `keys(strategy)`."""
    frozen: Flag = False
    """It cannot change while the program runs."""
    deprecated: Deprecation | None = None
    """It still works, and should no longer be used."""
    description: Text | None = None
    """What it is."""

    @property
    def has_default(self) -> bool:
        """Whether there is a value for when none is given."""
        return "default" in self.model_fields_set

    @property
    def is_required(self) -> bool:
        """Whether it must be given whatever else is."""
        if self.required is not None:
            return self.required
        return not (self.has_default or self.required_when is not None or self.deprecated is not None)


class Table(Model):
    """A section: a closed table of keys."""

    SHORT_FOR: ClassVar[str] = "fields"
    fields: Annotated[dict[Key, Node], Field(min_length=1)]
    """Its fields and inner tables."""
    required: Flag = True
    """With `false` it may be left out as a whole."""
    unknown_keys: Unknown | None = None
    """What a key is that is not declared; that of the policy if it is not given."""
    sum: Number | None = None
    """What its numbers add up to, to 1e-9 of it."""
    frozen: Flag = False
    """Nothing in it can change while the program runs."""
    description: Text | None = None
    """What it is for."""


class Variants(Model):
    """A table whose keys depend on one of them."""

    union: Key
    """The key that says which variant it is."""
    variants: Annotated[dict[Key, dict[Key, Node]], Field(min_length=1)]
    """The fields of each variant."""
    common: dict[Key, Node] = Field(default_factory=dict)
    """Fields that all variants have."""
    required: Flag = True
    """With `false` it may be left out as a whole."""
    frozen: Flag = False
    """Nothing in it can change while the program runs."""
    description: Text | None = None
    """What it is for."""


class Map(Model):
    """A table of any keys, whose values are alike."""

    keys: Text
    """The pattern of its keys."""
    values: Node
    """What stands under each: a type, a field, or a table of fields."""
    among: Listed | None = None
    """Its keys are items of a list, or keys of another map."""
    required: Flag = True
    """With `false` it may be left out."""
    sum: Number | None = None
    """What its numbers add up to, to 1e-9 of it."""
    frozen: Flag = False
    """Nothing in it can change while the program runs."""
    description: Text | None = None
    """What it is for."""


class Renamed(Model):
    """A key of an older version."""

    deprecated: Deprecation
    """Since when, and what takes its place."""


Node: TypeAlias = Annotated[
    Annotated[Value, Tag(FIELD)]
    | Annotated[Table, Tag(TABLE)]
    | Annotated[Variants, Tag(UNION)]
    | Annotated[Map, Tag(MAP)]
    | Annotated[Renamed, Tag(RENAMED)],
    Discriminator(part_of),
    InFull(),
]


for _part in (Table, Variants, Map):
    _part.model_rebuild()


class Layer(Model):
    """One file of a configuration."""

    path: FilePath
    """Its path from the root of the project; `{profile}` stands for the name of the profile."""
    required: Flag | None = None
    """Whether it must be there: true for the first, and for one of a profile that is asked for, if not given."""
    under: ConfigPath | None = None
    """The section that it holds, in place of the whole configuration."""


class Environment(Model):
    """What the environment may say."""

    prefix: Variable | None = None
    """Variables that begin with it override fields: APP_RISK__MAX_DRAWDOWN."""
    separator: Annotated[str, Strict(), Field(min_length=1, max_length=4)] = "__"
    """What stands between the keys of a path in a variable."""
    reads: tuple[Variable, ...] = ()
    """Variables that rules may read, as `env.NAME`."""


class Demand(Model):
    """A rule over the whole configuration, in the one shape of rules."""

    expr: Text
    """An expression that holds."""
    within: tuple[ConfigPath, ...] = ()
    """Sections or maps whose fields it names without a path; it holds in each entry of a map."""
    when: Text | None = None
    """It asks something only where this expression holds."""
    on_null: OnNull | None = None
    """The verdict where the outcome is unknown; must be stated where that can happen."""
    severity: Literal["info", "warning", "error", "halt"] = "error"
    """How bad a failure is."""
    error: ErrorRef | None = None
    """The code that a failure raises."""
    message: Text | None = None
    """What a failure means, in the operator's words."""
    mode: Mode = "enforce"
    """`observe` reports failures without refusing the configuration, `off` leaves the rule out."""


class Agreement(Model):
    """Sections, perhaps of several files, whose shared keys have one value."""

    sections: Annotated[tuple[ConfigPath, ...], Field(min_length=2)]
    """The sections."""
    exempt: dict[Key, Text] = Field(default_factory=dict)
    """Keys that may differ, each with the reason."""


class Reload(Model):
    """What a registry does while the program runs."""

    max_stale: Duration | None = None
    """How old the last good configuration may become while newer ones are refused."""
    on_stale: Literal["serve", "fail"] = "serve"
    """`fail`: beyond `max_stale` nothing is served any more."""
    history: Annotated[int, Strict(), Field(ge=1, le=1000)] = 10
    """Generations that are kept to roll back to."""


class Config(Policy):
    """What the configuration of a program may say."""

    kind: Literal["config"]
    """What the file declares."""
    files: tuple[Annotated[Layer, ShortForm("path")], ...] = ()
    """Files that it is read from; later ones override earlier ones."""
    environment: Environment = Field(default_factory=Environment)
    """What the environment may say; it overrides all files."""
    sections: Annotated[dict[Key, Node], Field(min_length=1)]
    """Top-level keys: tables, maps, and fields."""
    rules: dict[Identifier, Annotated[Demand, ShortForm("expr")]] = Field(default_factory=dict)
    """Demands across fields, sections and files."""
    agree: dict[Identifier, Agreement] = Field(default_factory=dict)
    """Sections whose shared keys have one value."""
    overrides: dict[ConfigPath, Text] | None = None
    """Where stated: the only keys that a later file may give another value, each with the reason."""
    unknown_keys: Unknown = "error"
    """What a key is that is not declared."""
    reload: Reload = Field(default_factory=Reload)
    """What a registry does while the program runs."""


MODEL = Config
