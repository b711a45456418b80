"""Every network of the paper's comparison, described as plain data: `build(describe(task, system))`."""

from trecx.nn.networks.grammar import NetworkDescription
from trecx.nn.networks.network import ExitNetwork, build
from trecx.nn.networks.systems import describe, systems_of

__all__ = ["ExitNetwork", "NetworkDescription", "build", "describe", "systems_of"]
