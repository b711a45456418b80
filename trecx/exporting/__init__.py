"""Export of an operating point as a C header, JSON or CSV."""

from trecx.exporting.formats import FORMATS, check_ending, write_export

__all__ = ["FORMATS", "check_ending", "write_export"]
