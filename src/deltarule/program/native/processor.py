"""What the processor can do, from its feature flags: virtual machines misreport the model, never the flags."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

__all__ = ["Processor", "UnknownProcessor", "host", "portable"]

_AVX512 = ("avx512f", "avx512dq", "avx512bw", "avx512vl")
_BYTES = {"float32": 4, "float64": 8}


class UnknownProcessor(RuntimeError):
    """LLVM is missing, or knows nothing of this processor: the NumPy engine runs instead."""


@dataclass(frozen=True)
class Processor:
    """A target of LLVM: `width` is the size of its widest vectors in bytes."""

    triple: str
    cpu: str
    features: str
    """As LLVM takes them: `+avx2,+fma,-prefer-256-bit`."""
    width: int
    fma: bool
    """Whether a fused multiply-add is an instruction; without one it would be a call."""

    def lanes(self, dtype: str) -> int:
        """How many numbers one vector holds."""
        return self.width // _BYTES[dtype]

    @property
    def key(self) -> str:
        """Changes with anything that compiled code depends on."""
        text = "\n".join((self.triple, self.cpu, self.features, str(self.width)))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def host() -> Processor:
    """This machine.

    Raises:
        UnknownProcessor: llvmlite cannot be imported, or the architecture is none that is known here.
    """
    try:
        import llvmlite.binding as llvm

        triple = llvm.get_process_triple()
        flags: dict[str, bool] = dict(llvm.get_host_cpu_features())
    except (ImportError, OSError, RuntimeError) as error:
        raise UnknownProcessor(f"LLVM is not there ({error})") from error
    architecture = triple.split("-", 1)[0]
    if architecture in ("x86_64", "amd64"):
        return _x86(triple, flags)
    if architecture in ("aarch64", "arm64"):
        return Processor(triple, "generic", _written(flags) or "+neon", 16, True)
    raise UnknownProcessor(f"the architecture {architecture} is not known")


def portable() -> Processor:
    """The smallest processor of this architecture: no more than SSE2 or NEON, without a fused multiply-add on x86."""
    machine = host()
    if machine.triple.startswith(("aarch64", "arm64")):
        return Processor(machine.triple, "generic", "+neon", 16, True)
    return Processor(machine.triple, "x86-64", "+sse2", 16, False)


def _x86(triple: str, flags: dict[str, bool]) -> Processor:
    fma = flags.get("fma", False)
    if fma and flags.get("avx2") and all(flags.get(name) for name in _AVX512):
        # Some models prefer 256-bit vectors; what is written here in 512 bits is to stay in 512 bits.
        return Processor(triple, "x86-64-v4", f"{_written(flags)},-prefer-256-bit", 64, True)
    if fma and flags.get("avx2"):
        return Processor(triple, "x86-64-v3", _written(flags), 32, True)
    return Processor(triple, "x86-64", _written({"sse2": True} | flags), 16, fma)


def _written(flags: dict[str, bool]) -> str:
    return ",".join(f"{'+' if on else '-'}{name}" for name, on in sorted(flags.items()))
