"""Where the BLAS that SciPy carries is in this process: an address goes into the table of a call, never into code."""

from __future__ import annotations

import ctypes
from functools import cache

__all__ = ["gemm_address"]


@cache
def gemm_address(dtype: str) -> int:
    """Where `sgemm` or `dgemm` is in this process."""
    from scipy.linalg import cython_blas  # pyright: ignore[reportAttributeAccessIssue]

    capsule = cython_blas.__pyx_capi__["sgemm" if dtype == "float32" else "dgemm"]
    api = ctypes.pythonapi
    api.PyCapsule_GetName.restype, api.PyCapsule_GetName.argtypes = ctypes.c_char_p, [ctypes.py_object]
    api.PyCapsule_GetPointer.restype = ctypes.c_void_p
    api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    return int(api.PyCapsule_GetPointer(capsule, api.PyCapsule_GetName(capsule)))
