"""Where the plotly package has its script for the browser; found without importing the package."""

from importlib.util import find_spec
from pathlib import Path


def plotly_script() -> Path:
    """Return the path of `plotly.min.js`.

    Raises:
        ModuleNotFoundError: the package is not installed.
    """
    found = find_spec("plotly")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("the package plotly is not installed")
    return Path(found.origin).parent / "package_data" / "plotly.min.js"
