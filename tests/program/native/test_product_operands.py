"""Operands of products: rows by number, rows whose number is known later, padded rows on the stack, ends of memory."""

from __future__ import annotations

import ctypes
import mmap
import multiprocessing
from collections.abc import Sequence

import numpy as np
import pytest
from llvmlite import ir

from deltarule.program.native.operands import Operand, Place, View
from deltarule.program.native.packing import emit_transposed
from deltarule.program.native.products import emit_product
from deltarule.program.native.vectors import Vectors

from .compiled import Build, compiled, guarded
from .test_products import KINDS

WIDTHS = ((16, "float32", 16), (8, "float64", 16), (8, "float32", 8), (4, "float32", 4))


def close(value: np.ndarray, wanted: np.ndarray, terms: int) -> None:
    """Within what sums of so many terms of size one may be off, with room for the spread of normal numbers."""
    unit = np.finfo(value.dtype).eps
    np.testing.assert_allclose(value, wanted, rtol=0, atol=20 * (terms + 4) * unit)


@pytest.mark.parametrize(("lanes", "element", "width"), WIDTHS)
@pytest.mark.parametrize("rows", [0, 1, 5, 16, 37])
def test_a_batch_whose_rows_are_counted_later(lanes: int, element: str, width: int, rows: int) -> None:
    """Forward product with bias and activation, and the message of the weights, both over rows chosen by number."""
    inputs, outputs, most = 11, 21, 40
    generator = np.random.default_rng(rows)
    X, W, b, D = (
        generator.normal(size=s).astype(element) for s in ((60, inputs), (outputs, inputs), outputs, (most, outputs))
    )
    order = generator.integers(0, 60, most)
    A, intact = guarded(np.zeros((most, outputs), element))
    G, also = guarded(np.zeros((outputs, inputs), element))

    def build(v: Vectors, arguments: Sequence[ir.Value]) -> None:
        x, w, bias, delta, numbers, a, g, count = arguments
        chosen = Operand(x, (count, inputs), (inputs, 1), rows=numbers)
        batch = Operand(a, (count, outputs), (outputs, 1))

        def positive(place: Place, value: ir.Value) -> ir.Value:
            zero = place.vectors.constant(0.0)
            return place.vectors.select(v.builder.fcmp_ordered(">", value, zero), value, zero)

        emit_product(
            v,
            "sk,jk->sj",
            batch,
            chosen,
            Operand.dense(w, outputs, inputs),
            start=lambda place: place.load(Operand.dense(bias, outputs), "j"),
            epilogue=positive,
        )
        message = Operand(delta, (count, outputs), (outputs, 1))
        emit_product(v, "sj,sk->jk", Operand.dense(g, outputs, inputs), message, chosen)

    compiled(build, element, lanes, "aaaaaaan", width=width)(X, W, b, D, order, A, G, rows)
    exact = X.astype(float)[order[:rows]]
    close(A[:rows], np.maximum(exact @ W.T.astype(float) + b, 0), inputs)
    assert (A[rows:] == 0).all() and intact() and also()
    close(G, D[:rows].T.astype(float) @ exact, rows)


@pytest.mark.parametrize(("lanes", "element", "width"), WIDTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_straight_code_on_the_stack(kind: str, lanes: int, element: str, width: int) -> None:
    """Padded operands on the stack give what dense ones in memory give, and behind their rows stay zeros."""
    subscripts = KINDS[kind]
    sizes = {"i": 3, "j": 5, "k": 10}
    given, result = subscripts.split("->")
    letters = [result, *given.split(",")]
    generator = np.random.default_rng(1)
    old, *factors = (generator.normal(size=tuple(sizes[n] for n in s)).astype(element) for s in letters)
    inner, intact = guarded(old)

    def build(v: Vectors, arguments: Sequence[ir.Value]) -> None:
        homes = []
        for pointer, names in zip(arguments, letters, strict=False):
            shape = tuple(sizes[n] for n in names)
            row = shape[-1] if shape else 1
            w = v.narrowed(row)
            stride = -(-row // w.lanes) * w.lanes
            rows = int(np.prod(shape[:-1])) if shape else 1
            home = v.scratch(rows * stride)
            for r in range(rows):
                for k in range(0, row, w.lanes):
                    count = min(w.lanes, row - k)
                    w.store_row(w.load(pointer, r * row + k, count), home, r * stride + k, count, padded=True)
            strides = (stride, 1)[2 - len(shape) :]
            homes.append((Operand(home, shape, strides, padded=bool(shape)), rows, row, stride, w))
        out, *rest = homes
        emit_product(
            v, subscripts, out[0], rest[0][0], rest[1][0], start="add", scale=arguments[-1], straight=True, registers=32
        )
        home, rows, row, stride, w = out
        for r in range(rows):
            for k in range(0, row, w.lanes):
                value = w.load(home.pointer, r * stride + k)
                w.store(value, arguments[0], r * row + k, min(w.lanes, row - k))

    compiled(build, element, lanes, "aaas", width=width)(inner, *factors, -0.5)
    wanted = old - 0.5 * np.einsum(subscripts, *(f.astype(float) for f in factors))
    close(inner, wanted, 10)
    assert intact()


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (7, 3), (16, 16), (17, 33), (40, 5)])
@pytest.mark.parametrize(("lanes", "element", "width"), WIDTHS)
def test_a_copy_with_axes_exchanged(rows: int, columns: int, lanes: int, element: str, width: int) -> None:
    height, stride = (-(-n // lanes) * lanes for n in (columns, rows))
    source = np.random.default_rng(0).normal(size=(rows, columns)).astype(element)
    copy, intact = guarded(np.full((height, stride), 7, element))

    def build(v: Vectors, arguments: Sequence[ir.Value]) -> None:
        emit_transposed(v, arguments[1], stride, View(Operand.dense(arguments[0], rows, columns), "rc"), "r")

    compiled(build, element, lanes, "aa", width=width)(source, copy)
    assert (copy[:columns, :rows] == source.T).all()
    assert (copy[:columns, rows:] == 0).all() and intact()


def _run_at_the_end_of_memory(lanes: int, element: str, width: int) -> None:
    """Every kind of product on arrays that end where memory ends, then on arrays that begin where it begins."""
    page = mmap.PAGESIZE
    libc = ctypes.CDLL(None)

    def placed(values: np.ndarray, *, last: bool) -> np.ndarray:
        space = mmap.mmap(-1, 3 * page)
        keep.append(space)
        start = ctypes.addressof(ctypes.c_char.from_buffer(space))
        for outside in (start, start + 2 * page):
            assert libc.mprotect(ctypes.c_void_p(outside), page, 0) == 0
        offset = 2 * page - values.nbytes if last else page
        array = np.frombuffer(space, values.dtype, values.size, offset).reshape(values.shape)
        array[...] = values
        return array

    keep: list[mmap.mmap] = []
    for sizes in ({"i": 3, "j": 10, "k": 13}, {"i": 17, "j": 1, "k": 30}):
        for subscripts in KINDS.values():
            given, result = subscripts.split("->")
            letters = [result, *given.split(",")]

            shapes = [tuple(sizes[n] for n in names) for names in letters]
            run = compiled(_adding(subscripts, shapes), element, lanes, "aaa", width=width)
            for last in (True, False):
                run(*(placed(np.ones(shape, element), last=last) for shape in shapes))


def _adding(subscripts: str, shapes: Sequence[tuple[int, ...]]) -> Build:
    def build(v: Vectors, arguments: Sequence[ir.Value]) -> None:
        operands = [Operand.dense(a, *shape) for a, shape in zip(arguments, shapes, strict=True)]
        emit_product(v, subscripts, *operands, start="add")

    return build


@pytest.mark.parametrize(("lanes", "element", "width"), [WIDTHS[0], WIDTHS[2]])
def test_nothing_outside_the_arrays_is_read(lanes: int, element: str, width: int) -> None:
    process = multiprocessing.get_context("fork").Process(
        target=_run_at_the_end_of_memory, args=(lanes, element, width)
    )
    process.start()
    process.join(300)
    assert process.exitcode == 0  # a signal if memory that is not there was touched
