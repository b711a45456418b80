"""Arguments and options that several commands share."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or task/system for its newest run.")]
TaskName = Annotated[str, typer.Argument(metavar="TASK", help="kws, vww, …")]
Task = Annotated[str, typer.Option("--task", help="kws, ic, vww, digits, or a name of your own.")]
System = Annotated[str, typer.Option("--system", help="baseline, trecx, sdn, …, or a name of your own.")]
Db = Annotated[str | None, typer.Option("--db", help="SQLite file or SQLAlchemy URL; else TRECX_DB.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]
Source = Annotated[str | None, typer.Option("--source", help="published, 'trained here' or imported.")]
Again = Annotated[bool, typer.Option("--again", help="Make a new run even if there is the same one already.")]
Grid = Annotated[
    int | None,
    typer.Option("--grid", min=2, help="This many evenly spaced ρ in 0..1, instead of every step."),
]

Number = TypeVar("Number", int, float)


def numbers(option: str, text: str, kind: Callable[[str], Number]) -> list[Number]:
    """Return the numbers of an option such as "2600, 4_700"; none of an empty one.

    Raises:
        BadParameter: it holds something else.
    """
    try:
        return [kind(part.strip()) for part in text.split(",")] if text else []
    except ValueError as error:
        whole = "whole numbers" if kind is int else "numbers"
        raise typer.BadParameter(f"{option} takes {whole} separated by commas, got {text!r}") from error
