"""In: a Record. Out: JSON that fits session.schema.json, and that schema itself."""

import json
from pathlib import Path
from typing import Any

from assistant.core.record.codec import plain
from assistant.core.record.record import Record

SCHEMA = Path(__file__).parent / "session.schema.json"
"""The published JSON Schema (draft 2020-12); tests hold it equal to `schema()`."""


def write(record: Record) -> str:
    """The whole record as JSON, times in seconds since the start."""
    return json.dumps(plain(record), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def published() -> dict[str, Any]:
    """The JSON Schema as it lies in SCHEMA."""
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def schema() -> dict[str, Any]:
    """The JSON Schema of Record, made from its dataclasses and their docstrings."""
    from pydantic import TypeAdapter

    made = TypeAdapter(Record).json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
