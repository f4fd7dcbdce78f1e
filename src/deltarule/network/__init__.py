"""Networks: modules and losses as tables of forward equations, and what is composed of them."""

from deltarule.network.losses import LOSSES
from deltarule.network.module import Module, Option
from deltarule.network.modules import MODULES
from deltarule.network.network import ModuleInstance, Network

__all__ = ["LOSSES", "MODULES", "Module", "ModuleInstance", "Network", "Option"]
