"""The folder of a deployment: stages, firmware sources, golden samples, a report and how to use them."""

from trecx.deploy.folder.content import FloatComparison, FolderContent
from trecx.deploy.folder.writing import check_folder, write_folder

__all__ = ["FloatComparison", "FolderContent", "check_folder", "write_folder"]
