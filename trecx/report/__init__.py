"""The living report: one HTML file in which ρ can still be dragged, without a server and without a network.

content.py: what is handed over; beside.py: other designs in it; pictures.py: samples, for who asks for them.
points_table.py: the point and the saved ones in numbers; wording.py: what these rest on, in plain words.
parts.py: both as HTML. packing.py: counts and scripts, made small. page.py with page.html, page.css and
page.js: the file.
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
