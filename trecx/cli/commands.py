"""All commands, and `main`, which runs one of them."""

import sys
from collections.abc import Sequence

import typer

from trecx.cli import (
    choose,
    compare,
    curve,
    download,
    export,
    import_scores,
    printing,
    reproduce,
    score,
    train,
)
from trecx.errors import TrecxError

app = typer.Typer(
    help="Choose the confidence threshold ρ of an early-exit network on a microcontroller.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
data = typer.Typer(help="Download test sets.", no_args_is_help=True)
models = typer.Typer(help="Download the paper's published models.", no_args_is_help=True)
app.add_typer(data, name="data")
app.add_typer(models, name="models")
data.command("fetch")(download.data_fetch)
models.command("fetch")(download.models_fetch)
app.command("import")(import_scores.import_)
for command in (
    *(curve.runs, curve.curve, curve.point, curve.tradeoff, choose.choose, choose.devices, compare.compare),
    export.export,
    *(import_scores.scores, import_scores.example),
    *(score.score, train.train, train.flops, train.learning, reproduce.reproduce),
):
    app.command()(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; a TrecxError is printed in one line, and the exit status is 1."""
    try:
        app(args=arguments, prog_name="trecx")
    except TrecxError as error:
        printing.tell_error(str(error))
        sys.exit(1)
