"""What all models are."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["zh", "en"]


class Value(BaseModel):
    """A frozen value; unknown fields are a mistake of the caller."""

    model_config = ConfigDict(frozen=True, extra="forbid")
