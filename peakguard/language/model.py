"""The frozen pydantic model that every part of a policy is decoded into."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A closed table of keys: unknown keys are findings, and nothing changes after decoding."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=False,
        defer_build=True,
    )
