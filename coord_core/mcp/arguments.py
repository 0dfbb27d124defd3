"""The types of the tools' arguments, with the words that a model reads. Strict: `true` is no number, 15.5 no issue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import Field, PlainValidator, Strict, StrictInt, StrictStr, WithJsonSchema

Number: TypeAlias = Annotated[float, Strict()]
_Id: TypeAlias = StrictStr | StrictInt
Members: TypeAlias = dict[str, Any]
Flag: TypeAlias = Annotated[bool, Strict()]

Issue = Annotated[_Id, Field(description="The issue's number or name, such as 15.")]
Resource = Annotated[str, Field(description="What the lock protects, such as database_migration or src/orders.")]
Ttl = Annotated[
    Number | None, Field(description="Seconds after which others may take the lock; leave it out for no limit.")
]
Fence = Annotated[
    StrictInt, Field(description="The fence that acquire_lock returned; leave it out for that of this session.")
]
WorkListName = Annotated[
    str, Field(description="The work list: queue, a list's name (migrations), or a release's version.")
]
Version = Annotated[str, Field(description="The release's version, such as v1.0.0.")]
TaskId = Annotated[_Id, Field(description="The task's id in its list, such as 7.")]
Scope = Annotated[
    str, Field(description="A document's short name: session:{id}, issue:{id}, project:{name} or locks:{resource}.")
]
Key = Annotated[str, Field(description="The key in the document.")]
OpId = Annotated[
    StrictStr | None,
    Field(description="Any id of your own; a repeated call with the same one returns the first answer."),
]

if TYPE_CHECKING:
    Value: TypeAlias = Any
else:
    # The SDK turns text that looks like JSON into what it says, unless the argument is text. This one counts as text
    # and takes anything, so that "[1]" stays text, and [1] a list.
    Value = Annotated[
        str,
        PlainValidator(lambda value: value),
        WithJsonSchema({"title": "Value", "description": "Any JSON value; text stays text, also '[1]' or '15'."}),
    ]
