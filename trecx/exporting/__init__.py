"""An operating point as a file for other programs: a C header, JSON, CSV."""

from trecx.exporting.formats import FORMATS, check_ending, write_export

__all__ = ["FORMATS", "check_ending", "write_export"]
