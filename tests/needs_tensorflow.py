"""Imported before `trecx.nn`, it skips a test file where there is no TensorFlow, and fails it in CI."""

import pytest

from tests.conftest import IN_CI, missing

reason = missing("tensorflow")
if reason and IN_CI:
    pytest.fail(f"CI must run these tests, but {reason}", pytrace=False)
if reason:
    pytest.skip(reason, allow_module_level=True)
TENSORFLOW = pytest.mark.tensorflow
