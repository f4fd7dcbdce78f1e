"""Compiles a function of pointers and sizes for a test and calls it on NumPy arrays."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import cache

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir

from deltarule.program.native.vectors import INDEX, Vectors

Build = Callable[[Vectors, Sequence[ir.Value]], None]
GUARD = 32
"""Elements before and after each array that must stay as they are: more than the widest vector."""


@cache
def machine(lanes_of_float: int) -> llvm.TargetMachine:
    """A target machine for this processor, without 512-bit (then 256-bit) instructions where lanes are few."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features()
    if lanes_of_float < 16:
        features = {name: on and not name.startswith("avx512") for name, on in features.items()}
    if lanes_of_float < 8:
        features = {name: on and not name.startswith(("avx", "fma", "f16c")) for name, on in features.items()}
    text = ",".join(("+" if on else "-") + name for name, on in features.items())
    return llvm.Target.from_default_triple().create_target_machine(features=text, opt=3)


def compiled(build: Build, element: str, lanes: int, arguments: str, *, width: int = 16) -> Callable[..., None]:
    """`build(vectors, arguments)` as a function of arrays (a), 64-bit integers (n) and scalars of the element (s)."""
    kind = ir.FloatType() if element == "float32" else ir.DoubleType()
    types = {"a": ir.PointerType(), "n": INDEX, "s": kind}
    module = ir.Module()
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [types[a] for a in arguments]), "run")
    builder = ir.IRBuilder(function.append_basic_block())
    build(Vectors(builder, kind, lanes), function.args)
    builder.ret_void()
    parsed = llvm.parse_assembly(str(module))
    parsed.verify()
    target = machine(width)
    passes = llvm.create_pass_builder(target, llvm.create_pipeline_tuning_options(speed_level=2))
    passes.getModulePassManager().run(parsed, passes)
    engine = llvm.create_mcjit_compiler(parsed, machine.__wrapped__(width))
    engine.finalize_object()
    scalar = ctypes.c_float if element == "float32" else ctypes.c_double
    c_types = {"a": ctypes.c_void_p, "n": ctypes.c_int64, "s": scalar}
    address = engine.get_function_address("run")
    call = ctypes.CFUNCTYPE(None, *[c_types[a] for a in arguments])(address)

    def run(*values: object, _engine: object = engine) -> None:
        call(*[v.ctypes.data if isinstance(v, np.ndarray) else v for v in values])

    return run


def guarded(values: np.ndarray) -> tuple[np.ndarray, Callable[[], bool]]:
    """A copy with guard elements around it, and what says whether these are as they were."""
    whole = np.full(values.size + 2 * GUARD, np.nan, values.dtype)
    inner = whole[GUARD : GUARD + values.size].reshape(values.shape)
    inner[...] = values
    return inner, lambda: bool(np.isnan(whole[:GUARD]).all() and np.isnan(whole[GUARD + values.size :]).all())
