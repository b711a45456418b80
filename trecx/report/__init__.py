"""The interactive report: one HTML file in which ρ can be changed, without a server or a network; and slides.

- content.py: the content of a report;
- compared_designs.py: the designs that it compares with the run;
- sample_pictures.py: pictures of samples with destructive overthinking, which are optional;
- points_table.py: the chosen point and the saved points as a table;
- method_notes.py: method, limits and provenance as text;
- html_parts.py: the table, the texts and the pictures as HTML;
- compression.py: compression of counts and scripts;
- page.py with page.html, page.css and page.js: the file;
- slides.py: three slides of an operating point.
"""

from trecx.report.compared_designs import designs_beside
from trecx.report.content import Report, report_of, report_of_point
from trecx.report.page import MOST_BYTES, REPORT, report_html, write_report
from trecx.report.sample_pictures import MOST_PICTURES, picture_source, pictures_of

__all__ = [
    "MOST_BYTES",
    "MOST_PICTURES",
    "REPORT",
    "Report",
    "designs_beside",
    "picture_source",
    "pictures_of",
    "report_html",
    "report_of",
    "report_of_point",
    "write_report",
]
