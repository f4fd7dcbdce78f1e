"""Networks: modules and losses as tables of forward equations, and what is composed of them."""

from deltarule.network.losses import LOSSES
from deltarule.network.module import Module, Option
from deltarule.network.modules import MODULES
from deltarule.network.network import ModuleInstance, Network
from deltarule.network.own import Parameter, module, register, tensor_function

__all__ = [
    "LOSSES",
    "MODULES",
    "Module",
    "ModuleInstance",
    "Network",
    "Option",
    "Parameter",
    "module",
    "register",
    "tensor_function",
]
