"""Arguments and options that several commands share."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

RunName = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="Run id, or task/system for the newest run of that design, such as kws/trecx; kws/trecx:int8 is "
        "its int8 run.",
    ),
]
TaskName = Annotated[str, typer.Argument(metavar="TASK", help="kws, ic, vww or digits.")]
Task = Annotated[str, typer.Option("--task", help="kws, ic, vww, digits, or a new name.")]
System = Annotated[str, typer.Option("--system", help="Design: baseline, trecx, sdn, …, or a new name.")]
Db = Annotated[str | None, typer.Option("--db", help="SQLite file or SQLAlchemy URL; default: TRECX_DB.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]
Source = Annotated[
    str | None, typer.Option("--source", help="Source of the run: published, 'trained here' or imported.")
]
Again = Annotated[bool, typer.Option("--again", help="Add a new run even if the same one exists.")]
Grid = Annotated[
    int | None,
    typer.Option("--grid", min=2, help="Use this many evenly spaced ρ in 0..1 instead of every step."),
]

Number = TypeVar("Number", int, float)


def numbers(option: str, text: str, kind: Callable[[str], Number]) -> list[Number]:
    """Return the numbers in an option such as "2600, 4_700"; an empty list if it is empty.

    Raises:
        BadParameter: the text contains anything else.
    """
    try:
        return [kind(part.strip()) for part in text.split(",")] if text else []
    except ValueError as error:
        whole = "whole numbers" if kind is int else "numbers"
        raise typer.BadParameter(f"{option} takes {whole} separated by commas, got {text!r}") from error
