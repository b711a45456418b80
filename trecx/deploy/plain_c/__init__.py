"""A staged int8 network as C99 without dependencies, equal to TensorFlow Lite Micro to the last byte."""

from trecx.deploy.plain_c.folder import PlainC, write_plain_c
from trecx.deploy.plain_c.host import run_on_host
from trecx.deploy.plain_c.operators import unsupported_operators

__all__ = ["PlainC", "run_on_host", "unsupported_operators", "write_plain_c"]
