"""From a module in LLVM's notation to a function: optimised, assembled, and put into the memory of this process."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from llvmlite import ir

from deltarule.program.native.processor import Processor

__all__ = ["assembly", "load", "object_code"]

PASSES = ("sroa", "instruction_combine", "loop_simplify", "sroa", "simplify_cfg")
"""Of LLVM's: what is written out here as vectors and loops needs no more. Its usual pipeline takes ten times as long,
and the code is no faster (30-64-32-1, batches of 32: 160 ns a sample after it, 155 ns after these)."""
_lock = threading.Lock()
_engines: list[Any] = []
"""Compiled code lives as long as the process: a function may be held anywhere."""


@cache
def _started() -> None:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


@cache
def _machine(processor: Processor) -> Any:
    import llvmlite.binding as llvm

    _started()
    target = llvm.Target.from_triple(processor.triple)
    return target.create_target_machine(
        cpu=processor.cpu, features=processor.features, opt=2, reloc="pic", codemodel="small", jit=True
    )


def _optimised(module: ir.Module, processor: Processor) -> tuple[Any, Any]:
    import llvmlite.binding as llvm

    machine = _machine(processor)
    parsed = llvm.parse_assembly(str(module))
    parsed.verify()
    passes = llvm.create_new_module_pass_manager()
    for name in PASSES:
        getattr(passes, f"add_{name}_pass")()
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    passes.run(parsed, llvm.create_pass_builder(machine, options))
    return machine, parsed


def object_code(module: ir.Module, processor: Processor) -> bytes:
    """The module as an object file of the machine."""
    with _lock:
        machine, parsed = _optimised(module, processor)
        return machine.emit_object(parsed)


def assembly(module: ir.Module, processor: Processor) -> str:
    """The optimised module as text in the language of the processor."""
    with _lock:
        machine, parsed = _optimised(module, processor)
        return machine.emit_assembly(parsed)


def load(code: bytes, entry: str, processor: Processor) -> Callable[[int], int]:
    """The function `entry` of an object file, from the address of its table to the number of batches done."""
    import llvmlite.binding as llvm

    with _lock:
        machine = _machine(processor)
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine, use_lmm=True)
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        engine.finalize_object()
        address = engine.get_function_address(entry)
        _engines.append(engine)
    return ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)(address)
