"""The static parts of a report as HTML; all texts are escaped, user text included."""

from collections.abc import Iterable
from html import escape

from trecx.report import points_table
from trecx.report.content import Report
from trecx.report.method_notes import (
    method_words,
    others_words,
    pictures_words,
    provenance_words,
    setting_words,
)
from trecx.report.sample_pictures import Picture
from trecx.threshold.exit_table import ExitTable


def static_parts(report: Report, table: ExitTable, exact: bool) -> str:
    """Return the parts below the console.

    Args:
        report: the content.
        table: the counts in the report.
        exact: whether the counts are exact at every ρ.
    """
    basis = [*setting_words(report), *method_words(report, table, exact)]
    title = "Chosen point and saved points of this run" if report.saved else "Chosen point"
    return "\n".join(
        [
            _section(title, _points(report), "on-screen"),
            *_others(report),
            *_pictures(report),
            _section("Method and limits", _rows(basis)),
            _section("Provenance", _rows(provenance_words(report))),
        ]
    )


def isolated(text: str) -> str:
    """Return a text as escaped HTML whose writing direction does not affect the text around it."""
    return f'<bdi dir="auto">{escape(text)}</bdi>'


def _points(report: Report) -> str:
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in points_table.heads(report))
    body = "".join(map(_point, points_table.rows(report)))
    head = f'<thead><tr><th scope="col">Point</th>{heads}</tr></thead>'
    table = f'<table class="points">{head}<tbody>{body}</tbody></table>'
    return f'<div class="points-frame" tabindex="0" role="group" aria-label="Points">{table}</div>'


def _point(row: points_table.Row) -> str:
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in row.cells)
    about = f"{isolated(row.name)}<p>{isolated(row.about)}</p>"
    note = f'<tr><td colspan="{len(row.cells) + 1}" class="note"><div>{isolated(row.note)}</div></td></tr>'
    return f'<tr><th scope="row">{about}</th>{cells}</tr>{note if row.note else ""}'


def _others(report: Report) -> list[str]:
    if not report.others:
        return []
    names = escape(", ".join(design.name for design in report.others))
    figure = (
        f'<div class="others-frame" tabindex="0" role="group" aria-label="Comparison">'
        f'<div id="others" role="img" aria-label="benefit curves of {names}"></div></div>'
    )
    words = f"<p>{isolated(others_words(report.run, report.others))}</p>"
    return [_section("Comparison with other designs", figure + words, "on-screen")]


def _pictures(report: Report) -> list[str]:
    if report.pictures is None:
        return []
    words = "".join(f"<p>{isolated(sentence)}</p>" for sentence in pictures_words(report))
    shown = "".join(map(_picture, report.pictures))
    return [_section("Destructive overthinking", f'{words}<div class="pictures">{shown}</div>', "on-screen")]


def _picture(picture: Picture) -> str:
    said = f"{isolated(picture.truth)}, predicted as {isolated(picture.answer)} at {escape(picture.exit)}"
    image = f'<img src="{picture.address}" alt="{escape(picture.name)}" title="{escape(picture.name)}">'
    return f"<figure>{image}<figcaption>{said}</figcaption></figure>"


def _section(title: str, content: str, kind: str = "") -> str:
    return f'<section class="{kind}"><h2>{escape(title)}</h2>{content}</section>'


def _rows(rows: Iterable[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{escape(k)}</dt><dd>{isolated(v)}</dd>" for k, v in rows) + "</dl>"
