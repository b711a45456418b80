"""All commands, and `main`, which runs one of them."""

import sys
from collections.abc import Callable, Sequence
from typing import Any, TextIO

import typer

from trecx.cli import (
    choose,
    compare,
    curve,
    dashboard,
    delete,
    deploy,
    download,
    export,
    import_scores,
    printing,
    reproduce,
    score,
    train,
)
from trecx.cli.arguments import not_text, with_valid_text
from trecx.cli.terminal import prepare_streams, shown
from trecx.errors import TrecxError

STOPPED = 130  # exit status after Ctrl-C

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
COMMANDS: Sequence[tuple[typer.Typer, str | None, Callable[..., None]]] = (
    (data, "fetch", download.data_fetch),
    (models, "fetch", download.models_fetch),
    (app, None, dashboard.dashboard),
    (app, "import", import_scores.import_),
    (app, None, curve.runs),
    (app, None, curve.curve),
    (app, None, curve.point),
    (app, None, curve.tradeoff),
    (app, None, choose.choose),
    (app, None, choose.devices),
    (app, None, compare.compare),
    (app, None, export.export),
    (app, None, import_scores.scores),
    (app, None, import_scores.example),
    (app, None, delete.delete),
    (app, None, score.score),
    (app, None, deploy.deploy),
    (app, None, train.train),
    (app, None, train.flops),
    (app, None, train.learning),
    (app, None, reproduce.reproduce),
)
for group, name, function in COMMANDS:
    group.command(name)(with_valid_text(function))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; a TrecxError is printed in one line, and the exit status is 1."""
    prepare_streams()
    command = typer.main.get_command(app)
    _show_help_in(command, sys.stdout)
    try:
        command(args=arguments, prog_name="trecx")
    except TrecxError as error:
        printing.tell_error(str(error))
        sys.exit(1)
    except UnicodeEncodeError as error:  # a name that no option checks, such as that of a file in a folder
        printing.tell_error(not_text(error.object))
        sys.exit(1)
    except SystemExit as end:
        if end.code == STOPPED:
            printing.tell("Stopped.")
        raise


def _show_help_in(command: Any, stream: TextIO) -> None:
    """Replace signs in the help that a stream cannot show, before it is laid out."""
    for each in (command, *command.params):
        for name in ("help", "short_help", "metavar"):
            if isinstance(text := getattr(each, name, None), str):
                setattr(each, name, shown(text, stream))
    for each in getattr(command, "commands", {}).values():
        _show_help_in(each, stream)
