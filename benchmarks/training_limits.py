"""What bounds the time of a step: hand-written C, the matrix products alone, reading the data once, the peak."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
from benchmarks.training_cases import PEAK, PRODUCTS, RATE, C, Case, Weights

__all__ = ["limits"]

Run = Callable[[int], tuple[float, Weights | None]]
"""Trains over so many rows from the initial weights: seconds, and the weights afterwards if there are any."""

FLAGS = [
    *("-O3", "-march=native", "-mprefer-vector-width=512", "-ffp-contract=fast", "-fno-math-errno", "-shared", "-fPIC")
]
SOURCE = Path(__file__).with_name("limits.c")


def limits(case: Case) -> dict[str, Run]:
    """Every limit of a case. Without a C compiler those in C are missing."""
    out: dict[str, Run] = {}
    if not case.wide and case.threads == 1 and (code := _compiled(*_macros(case))) is not None:
        out[C] = _by_c(case, code)
        if case.sizes == (784, 1):
            out["reading X once"] = _reading(case, code)
        if case.limit == PEAK:
            out[PEAK] = _peak(case, code)
    if case.threads > 1:
        out[PRODUCTS] = _products(case)
    return out


def _macros(case: Case) -> tuple[str, ...]:
    real, word = ("float", "int32_t") if case.dtype == "float32" else ("double", "int64_t")
    given = [f"-DREAL={real}", f"-DWORD={word}", f"-DINPUTS={case.sizes[0]}"]
    given += [f"-D{name}={n}" for name, n in zip(("HIDDEN", "HIDDEN2"), case.sizes[1:-1], strict=False)]
    return tuple([*given, f"-DBATCH={case.batch}"] if case.batch > 1 else given)


@lru_cache(maxsize=32)
def _compiled(*macros: str) -> ctypes.CDLL | None:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "limits.so"
        for flags in (FLAGS, [f for f in FLAGS if not f.startswith("-mprefer")]):  # not every compiler knows that one
            command = [compiler, *flags, *macros, str(SOURCE), "-o", str(library)]
            done = subprocess.run(command, capture_output=True, check=False)
            if done.returncode == 0:
                return ctypes.CDLL(str(library))
    return None


def _function(code: ctypes.CDLL, name: str, dtype: str) -> Callable[..., None]:
    function = code[name]
    real = ctypes.c_float if dtype == "float32" else ctypes.c_double
    function.argtypes, function.restype = [ctypes.c_void_p] * 3 + [ctypes.c_long, real], None
    return function


def _by_c(case: Case, code: ctypes.CDLL) -> Run:
    name = "logistic" if len(case.sizes) == 2 else "one_hidden" if case.batch == 1 else "batches"
    function = _function(code, name, case.dtype)
    start = np.concatenate([part.ravel() for layer in case.initial() for part in layer])
    place = np.zeros(len(start) + 64, case.dtype)
    shift = (-place.ctypes.data % 64) // place.itemsize
    P = place[shift : shift + len(start)]
    X, t = case.X, case.labels.astype(case.dtype)

    def run(rows: int) -> tuple[float, Weights]:
        P[:] = start
        began = time.perf_counter()
        function(X.ctypes.data, t.ctypes.data, P.ctypes.data, rows, RATE)
        took = time.perf_counter() - began
        found, at = [], 0
        for w, b in case.initial():
            found.append((P[at : at + w.size].reshape(w.shape).copy(), P[at + w.size : at + w.size + b.size].copy()))
            at += w.size + b.size
        return took, found

    return run


def _reading(case: Case, code: ctypes.CDLL) -> Run:
    function = _function(code, "read_once", case.dtype)
    place = np.zeros(64, case.dtype)

    def run(rows: int) -> tuple[float, None]:
        began = time.perf_counter()
        function(case.X.ctypes.data, 0, place.ctypes.data, rows, RATE)
        return time.perf_counter() - began, None

    return run


def _peak(case: Case, code: ctypes.CDLL) -> Run:
    """As long as the multiplications and additions of the products take if nothing waits for anything."""
    function = code["peak"]
    function.argtypes = [ctypes.c_long]
    function.restype = ctypes.c_float if case.dtype == "float32" else ctypes.c_double
    each = 12 * 2 * code["lanes"]()

    def run(rows: int) -> tuple[float, None]:
        turns = int(rows * case.flops / each)
        began = time.perf_counter()
        function(turns)
        return time.perf_counter() - began, None

    return run


def _products(case: Case) -> Run:
    """Z = A W, A' D and D W' of every layer, by the BLAS of SciPy, into arrays that are there already."""
    from scipy.linalg import blas

    gemm = blas.sgemm if case.dtype == "float32" else blas.dgemm
    weights = [w for w, _ in case.initial()]
    outputs = [np.zeros((case.batch, n), case.dtype) for n in case.sizes]
    messages = [np.ones((case.batch, n), case.dtype) for n in case.sizes]
    gradients = [np.zeros_like(w) for w in weights]

    def product(out: np.ndarray, left: np.ndarray, right: np.ndarray, turned: str = "") -> None:
        """out = left @ right, the one named transposed; arrays in rows are columns to the BLAS, so all is turned."""
        a, b = right.T, left.T
        gemm(1.0, a, b, 0.0, out.T, turned == "right", turned == "left", 1)

    def run(rows: int) -> tuple[float, None]:
        began = time.perf_counter()
        for start in range(0, rows, case.batch):
            outputs[0] = case.X[start : start + case.batch]
            for k, w in enumerate(weights):
                product(outputs[k + 1], outputs[k], w)
            for k in range(len(weights) - 1, -1, -1):
                product(gradients[k], outputs[k], messages[k + 1], "left")
                if k:
                    product(messages[k], messages[k + 1], weights[k], "right")
        return time.perf_counter() - began, None

    return run
