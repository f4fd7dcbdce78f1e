"""The cache of compiled code: damaged and foreign entries are written again, several processes may use it at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from deltarule.network.network import Network
from deltarule.program import compile_network
from deltarule.program.native import cache, compiler

TEXT = "linear(3, 2) -> tanh -> linear(2, 1) -> squared_error"
ROWS = np.random.default_rng(0).normal(size=(5, 3))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DELTARULE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "native"


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of what was compiled."""
    sizes: list[int] = []
    real = compiler.object_code

    def counted(*arguments: object) -> bytes:
        code = real(*arguments)  # type: ignore[arg-type]
        sizes.append(len(code))
        return code

    monkeypatch.setattr(compiler, "object_code", counted)
    return sizes


def predict() -> np.ndarray:
    program = compile_network(Network.parse(TEXT), engine="native")
    return program.forward(program.initialise(0), ROWS)


def expected() -> np.ndarray:
    program = compile_network(Network.parse(TEXT))
    return program.forward(program.initialise(0), ROWS)


def test_what_was_compiled_is_found_again(folder: Path, compilations: list[int]) -> None:
    first = predict()
    (entry,) = folder.iterdir()
    assert (folder.stat().st_mode | entry.stat().st_mode) & 0o022 == 0
    assert np.array_equal(predict(), first) and len(compilations) == 1
    np.testing.assert_allclose(first, expected(), rtol=1e-13)


def other_key(data: bytes) -> bytes:
    """A sound entry, but of another key."""
    start = data.index(b"{")
    end = data.index(b"\n", start)
    header = json.loads(data[start:end])
    del header["key"]
    return cache._sealed("another", header, data[end + 1 :])


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-7],
        lambda data: data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :],
        lambda data: b"something else entirely",
        other_key,
    ],
    ids=["empty", "cut off", "one byte", "foreign", "another key"],
)
def test_what_is_damaged_or_foreign_is_written_again(damage, folder: Path, compilations: list[int]) -> None:  # type: ignore[no-untyped-def]
    predict()
    (entry,) = folder.iterdir()
    entry.write_bytes(damage(entry.read_bytes()))
    np.testing.assert_allclose(predict(), expected(), rtol=1e-13)
    assert len(compilations) == 2
    predict()
    assert len(compilations) == 2


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="no owners of files here")
def test_a_folder_that_others_may_write_to_is_not_used(folder: Path, compilations: list[int]) -> None:
    predict()
    folder.chmod(0o777)
    predict()
    assert len(compilations) == 2


def test_the_cache_can_be_off_or_not_writable(
    folder: Path, compilations: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DELTARULE_CACHE", "off")
    predict()
    assert not folder.exists()
    (tmp_path / "file").touch()
    monkeypatch.setenv("DELTARULE_CACHE", str(tmp_path / "file"))  # no folder can be made there
    predict()
    assert len(compilations) == 2


def test_the_default_is_the_folder_of_the_desktop_standard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DELTARULE_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.folder() == tmp_path / "deltarule" / "native"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # to be ignored, says the standard
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.folder() == tmp_path / ".cache" / "deltarule" / "native"


def test_beyond_its_size_the_oldest_go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "CAPACITY", 2_500)
    for number in range(4):
        cache.write(f"k{number}", {}, bytes(800))
        path = folder / f"k{number}.object"
        os.utime(path, (number, number))
        if number == 1:
            os.utime(folder / "k0.object", (10, 10))  # used since
    assert {path.name for path in folder.iterdir()} == {"k0.object", "k3.object"}


def test_processes_at_once(folder: Path) -> None:
    code = (
        "import sys; from deltarule.network.network import Network; from deltarule.program import compile_network\n"
        "import numpy as np\n"
        f"p = compile_network(Network.parse({TEXT!r}), engine='native')\n"
        "x = np.random.default_rng(0).normal(size=(5, 3))\n"
        "sys.stdout.write(p.forward(p.initialise(0), x).tobytes().hex())"
    )
    environment = {**os.environ, "DELTARULE_CACHE": str(folder.parent)}
    running = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    results = {process.communicate()[0] for process in running}
    assert all(process.returncode == 0 for process in running) and len(results) == 1
    assert [path.suffix for path in folder.iterdir()] == [".object"]
    np.testing.assert_allclose(np.frombuffer(bytes.fromhex(results.pop())), expected(), rtol=1e-13)
