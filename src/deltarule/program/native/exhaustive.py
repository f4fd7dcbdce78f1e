"""The largest error of a subject over a range of float32 numbers, found by machine code: four billion take a minute.

Each turn of the loop makes the next numbers from their bits, computes the subject in float32 and in float64, takes the
difference in units in the last place, and keeps the largest with its argument, lane by lane.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from llvmlite import ir

from deltarule.program.accuracy import ARGUMENT, RESULT, Subject
from deltarule.program.native.compiler import object_code
from deltarule.program.native.expressions import Elementwise, Numbers
from deltarule.program.native.lanes import Lanes, splat
from deltarule.program.native.lowering import schedule_of
from deltarule.program.native.processor import Processor, host
from deltarule.program.native.vectors import INDEX, Vectors

__all__ = ["FINITE", "largest_error", "native_values"]

FINITE = 2 * 0x7F800000
"""So many float32 numbers are finite; `largest_error` counts from +0 to the largest, then from -0."""

_alive: list[Any] = []


def largest_error(
    what: Subject, policy: str, start: int = 0, stop: int = FINITE, found: np.ndarray | None = None
) -> tuple[float, float]:
    """The largest error in ulps of float32 over the numbers [start, stop), and where it is.

    `found` are values that another engine computed for them; without, the native engine is measured.
    """
    half = FINITE // 2
    if start < half < stop:
        parts = [None, None] if found is None else [found[: half - start], found[half - start :]]
        first = largest_error(what, policy, start, half, parts[0])
        second = largest_error(what, policy, half, stop, parts[1])
        return max(first, second)
    lanes = host().lanes("float32")
    run = _measure(what, policy, found is not None, host())
    errors, places = np.zeros(lanes), np.zeros(lanes, np.int64)
    offset = 2**31 - half if start >= half else 0
    count = (stop - start) // lanes * lanes
    values = np.zeros(1, np.float32) if found is None else np.ascontiguousarray(found, np.float32)
    run(start + offset, count, values.ctypes.data, errors.ctypes.data, places.ctypes.data)
    best = int(np.argmax(errors))
    worst = float(errors[best]), float(places[best : best + 1].astype(np.uint32).view(np.float32)[0])
    if count == stop - start:
        return worst
    # what is left is fewer than one vector: the last whole vector of the range, or from the start
    begin = max(stop - lanes, 0 if start < half else half)
    rest = None if found is None else found[begin - start :]
    if begin < start:
        raise ValueError(f"a range has to hold at least {lanes} numbers")
    return max(worst, largest_error(what, policy, begin, stop, rest))


def native_values(what: Subject, policy: str, dtype: str, s: np.ndarray) -> np.ndarray:
    """The subject as the native engine computes it, element by element."""
    lanes = host().lanes(dtype)
    run = _apply(what, policy, dtype, host())
    given = np.zeros(-(-len(s) // lanes) * lanes, dtype)
    given[: len(s)] = s
    out = np.empty_like(given)
    run(given.ctypes.data, out.ctypes.data, len(given))
    return out[: len(s)]


def _value(builder: ir.IRBuilder, kind: Any, s: ir.Value, what: Subject, policy: str) -> ir.Value:
    """The subject at `s` as the native engine computes it."""
    spec = what.spec(policy)
    vectors = Vectors(builder, getattr(kind, "element", kind), getattr(kind, "count", 1))
    known: dict[str, ir.Value] = {ARGUMENT.name: s}
    if what.target is not None:
        known[spec.inputs[1]] = vectors.constant(what.target)
    numbers = Numbers(builder, {"pi": ir.Constant(ir.DoubleType(), math.pi)})
    for statement in schedule_of(spec, [RESULT]).statements:
        code = Elementwise(vectors, lambda symbol: known[symbol.name], numbers, accuracy=policy)
        numbers.prepare(statement.right)
        known[statement.name] = code.value(statement.right)
    name = schedule_of(spec, [RESULT]).outputs[RESULT]
    return known[name]


@lru_cache(maxsize=256)
def _measure(what: Subject, policy: str, given: bool, processor: Processor) -> Callable[..., None]:
    lanes = processor.lanes("float32")
    word = ir.IntType(32)
    floats, doubles = _many(ir.FloatType(), lanes), _many(ir.DoubleType(), lanes)
    words, longs = _many(word, lanes), _many(INDEX, lanes)
    module = ir.Module()
    pointer = ir.PointerType()
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [INDEX, INDEX, pointer, pointer, pointer]), "measure")
    start, count, found, errors, places = function.args
    b: Any = ir.IRBuilder(function.append_basic_block())
    steps = ir.Constant(words, [word(k) for k in range(lanes)]) if lanes > 1 else word(0)
    with Vectors(b, ir.FloatType(), lanes).loop(
        0, count, lanes, [ir.Constant(doubles, None), ir.Constant(longs, None)]
    ) as turn:
        number = b.trunc(b.add(start, turn.index), word)
        bits = b.add(_spread(b, number, words), steps)
        s = b.bitcast(bits, floats)
        if given:
            value = b.load(b.gep(found, [turn.index], source_etype=ir.FloatType()), typ=floats, align=4)
        else:
            value = _value(b, floats, s, what, policy)
        exact = _value(b, doubles, b.fpext(s, doubles), what, "accuracy")
        error = _ulps(Lanes(b, b.fpext(value, doubles)), Lanes(b, exact))
        worst, place = turn.carried
        more = b.fcmp_ordered(">", error.value, worst)
        turn.carried = [b.select(more, error.value, worst), b.select(more, b.zext(bits, longs), place)]
    b.store(turn.results[0], errors, align=8)
    b.store(turn.results[1], places, align=8)
    b.ret_void()
    return _loaded(module, processor, "measure", [ctypes.c_int64] * 2 + [ctypes.c_void_p] * 3)


def _ulps(value: Lanes, exact: Lanes) -> Lanes:
    """As `deltarule.program.accuracy.ulps`."""
    limit = 2.0**128
    a = value.at_least(-limit).at_most(limit)
    e = exact.at_least(-limit).at_most(limit)
    size = abs(e).at_least(2.0**-126).at_most(2.0**127)
    power = (size.as_bits() & (0x7FF << 52)).as_number()
    error = abs(a - e) * (2.0**23 / power)
    either, both = (a.is_nan() | e.is_nan()), (a.is_nan() & e.is_nan())
    return both.choose(0.0, either.choose(error.constant(float("inf")), error))


@lru_cache(maxsize=256)
def _apply(what: Subject, policy: str, dtype: str, processor: Processor) -> Callable[..., None]:
    lanes = processor.lanes(dtype)
    element = ir.FloatType() if dtype == "float32" else ir.DoubleType()
    module = ir.Module()
    pointer = ir.PointerType()
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [pointer, pointer, INDEX]), "apply")
    given, out, count = function.args
    b = ir.IRBuilder(function.append_basic_block())
    vectors = Vectors(b, element, lanes)
    with vectors.loop(0, count, lanes) as turn:
        value = _value(b, vectors.type, vectors.load(given, turn.index), what, policy)
        vectors.store(value, out, turn.index)
    b.ret_void()
    return _loaded(module, processor, "apply", [ctypes.c_void_p] * 2 + [ctypes.c_int64])


def _many(element: Any, lanes: int) -> Any:
    return element if lanes == 1 else ir.VectorType(element, lanes)


def _spread(b: Any, scalar: ir.Value, kind: Any) -> ir.Value:
    if not isinstance(kind, ir.VectorType):
        return scalar
    one = b.insert_element(ir.Constant(kind, ir.Undefined), scalar, ir.IntType(32)(0))
    return b.shuffle_vector(one, one, splat(ir.IntType(32), 0, kind))


def _loaded(module: ir.Module, processor: Processor, entry: str, arguments: list[Any]) -> Callable[..., None]:
    """The function in the memory of this process."""
    import llvmlite.binding as llvm

    code = object_code(module, processor)
    machine = llvm.Target.from_triple(processor.triple).create_target_machine(jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _alive.append(engine)
    return ctypes.CFUNCTYPE(None, *arguments)(engine.get_function_address(entry))
