"""`Program`: a compiled network. It runs exactly the source that it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from deltarule.language.errors import DeltaruleError, ShapeError, nearest
from deltarule.network.network import Network
from deltarule.program.derived import spec_of
from deltarule.program.draws import Draws
from deltarule.program.execution import functions_of
from deltarule.program.initialisation import initial_values, weights_of
from deltarule.program.numpy_module import messages_source, module_source
from deltarule.program.sparse import only_multiplied
from deltarule.program.spec import ProgramSpec

__all__ = ["DTYPES", "ENGINES", "ONE_SAMPLE", "Program", "compile_network"]

ENGINES = ("numpy", "native")
DTYPES = ("float64", "float32")
ONE_SAMPLE = "batch normalisation needs at least two samples a batch: the variance of one sample is 0"

Arrays = dict[str, np.ndarray]
Inputs = np.ndarray | Mapping[str, np.ndarray]


def compile_network(
    network: Network,
    *,
    policy: str = "accuracy",
    dtype: str = "float64",
    engine: str = "numpy",
    recompute: bool = False,
) -> Program:
    """The program of a network.

    `policy` chooses the forms of the derivatives: `plain` (textbook), `memory` (fewest saved arrays) or `accuracy`
    (fewest wrong digits). The engine `native` runs machine code that LLVM makes of the equations; where it cannot run,
    it is NumPy, which a warning says once. With `recompute` it keeps fewer activities and computes them again in the
    backward pass: less memory for at most a third more time.

    Raises:
        DeltaruleError: no such policy, dtype or engine, or `recompute` of NumPy.
    """
    for what, value, known in (("dtype", dtype, DTYPES), ("engine", engine, ENGINES)):
        if value not in known:
            raise DeltaruleError(f"{what} is {value!r}{nearest(value, known)}; it has to be one of {', '.join(known)}")
    program = Program(network, spec_of(network, policy), dtype)
    if engine == "native":
        from deltarule.program.native.engine import native_program

        return native_program(program, recompute)
    if recompute:
        raise DeltaruleError('recompute is of the native engine\nremedy: engine="native"')
    return program


@dataclass(frozen=True)
class Program:
    """See the module docstring. X has one row a sample, [m, n], or [m] where the input is a scalar; Y is [m] or [m, k].

    A network with several inputs takes X as a dictionary by name. Parameters are a dictionary of arrays by name.
    """

    network: Network
    spec: ProgramSpec
    dtype: str = "float64"

    @property
    def engine(self) -> str:
        """What runs the equations."""
        return "numpy"

    @cached_property
    def source(self) -> str:
        """The NumPy module that runs, as readable source."""
        return module_source(self.spec)

    @cached_property
    def _functions(self) -> dict[str, Any]:
        return functions_of(self.source)

    @cached_property
    def _weighted(self) -> dict[str, Any]:
        return functions_of(module_source(spec_of(self.network, self.spec.policy, weighted=True)))

    @cached_property
    def _activities(self) -> dict[str, Any]:
        return {}

    @cached_property
    def _messages(self) -> Any:
        return functions_of(messages_source(self.spec))["messages"]

    @cached_property
    def _weighted_messages(self) -> Any:
        return functions_of(messages_source(spec_of(self.network, self.spec.policy, weighted=True)))["messages"]

    @cached_property
    def takes_sparse(self) -> bool:
        """Whether X may be one of SciPy's sparse arrays: where it is only multiplied by matrices."""
        names = self.spec.inputs
        return self.engine == "numpy" and len(names) == 1 and only_multiplied(self.source, names[0])

    @property
    def parameters(self) -> dict[str, tuple[int | str, ...]]:
        """The shape of each parameter, and of each array that is kept beside them (running means)."""
        return {n: d.sizes for n, d in self.network.declarations.items() if d.role in ("parameter", "state")}

    def initialise(
        self, seed: int, sizes: Mapping[str, int] | None = None, initialiser: str | float = "auto"
    ) -> Arrays:
        """Parameters to start from (see `program.initialisation`); `sizes` gives numbers for symbolic sizes."""
        equations = self.network.equations
        found = initial_values(self.parameters, equations, seed, self.dtype, sizes or {}, initialiser)
        for name, start in self.network.state.items():
            found[name][...] = float(start)
        return found

    def draws(self, seed: int, parameters: Arrays | None = None) -> Draws:
        """What draws the masks of a training. `parameters` give numbers for symbolic sizes."""
        known: dict[str, int] = {}
        for name, sizes in self.parameters.items() if parameters else ():
            given = np.shape((parameters or {})[name])
            known |= {z: n for z, n in zip(sizes, given, strict=True) if isinstance(z, str)}
        shapes: dict[str, tuple[int, ...]] = {}
        for name in self.spec.drawn:
            sizes = self.network.declarations[name].sizes
            missing = next((z for z in sizes if isinstance(z, str) and z not in known), None)
            if missing is not None:
                raise DeltaruleError(f"the size `{missing}` of {name} is a symbol: give the parameters, which tell it")
            shapes[name] = tuple(known[z] if isinstance(z, str) else z for z in sizes)
        inputs = tuple(n for n in self.spec.inputs if n not in self.spec.drawn)
        return Draws(self.spec.drawn, shapes, inputs, seed, self.dtype)

    @property
    def weights(self) -> frozenset[str]:
        """The parameters that are weights rather than biases or gains."""
        return weights_of(self.parameters, self.network.equations)

    @property
    def predicting(self) -> ProgramSpec:
        """The equations that hold at prediction."""
        return self.spec.at_prediction or self.spec

    def forward(self, parameters: Arrays, X: Inputs) -> np.ndarray:
        """The prediction, one row a sample."""
        return self._functions["forward"](parameters, *self._inputs(X, self.predicting.forward_inputs))

    def loss(self, parameters: Arrays, X: Inputs, Y: np.ndarray, *, sample_weight: np.ndarray | None = None) -> float:
        """The mean of the losses of the samples, weighted if weights are given; nothing is drawn for it, and what is
        kept takes the place of what the batch says."""
        functions, data = self._data(X, Y, sample_weight, self.predicting)
        return float(functions["loss"](parameters, *data))

    def gradients(
        self, parameters: Arrays, X: Inputs, Y: np.ndarray, *, sample_weight: np.ndarray | None = None
    ) -> tuple[float, Arrays]:
        """The mean loss and its gradient by each parameter, in training: X has what is drawn, by name."""
        return self.gradients_and_state(parameters, X, Y, sample_weight=sample_weight)[:2]

    def gradients_and_state(
        self, parameters: Arrays, X: Inputs, Y: np.ndarray, *, sample_weight: np.ndarray | None = None
    ) -> tuple[float, Arrays, Arrays]:
        """The mean loss, its gradient by each parameter, and the new value of each array that is kept."""
        functions, data = self._data(X, Y, sample_weight)
        loss, *found = functions["loss_and_gradients"](parameters, *data)
        gradients, state = ({name: np.asarray(g) for name, g in part.items()} for part in (*found, {})[:2])
        return float(loss), gradients, state

    def messages(
        self, parameters: Arrays, X: Inputs, Y: np.ndarray, *, sample_weight: np.ndarray | None = None
    ) -> Arrays:
        """The value of every equation by name, in the order of evaluation: activities, loss, error signals, gradients.

        Always by NumPy: it is for looking at a batch, not for training.
        """
        functions, data = self._data(X, Y, sample_weight)
        found = (self._messages if functions is self._functions else self._weighted_messages)(parameters, *data)
        return {name: np.asarray(value) for name, value in found.items()}

    def activity(self, name: str, parameters: Arrays, X: Inputs) -> np.ndarray:
        """The value of one equation of the forward pass (`z`, `h_1`), one row a sample; by NumPy, as `messages`."""
        if name not in self._activities:
            spec = replace(self.predicting, prediction=name, loss=None, target=None, backward=(), gradients={})
            self._activities[name] = functions_of(module_source(spec))["forward"]
        return self._activities[name](parameters, *self._inputs(X, self.predicting.forward_inputs))

    def step(
        self,
        parameters: Arrays,
        X: Inputs,
        Y: np.ndarray,
        learning_rate: float,
        *,
        sample_weight: np.ndarray | None = None,
    ) -> float:
        """One update by gradient descent, in place; the loss before it."""
        functions, data = self._data(X, Y, sample_weight)
        return float(functions["step"](parameters, *data, float(learning_rate)))

    def _data(
        self, X: Inputs, Y: np.ndarray, weight: np.ndarray | None, spec: ProgramSpec | None = None
    ) -> tuple[dict[str, Any], list[np.ndarray]]:
        spec = spec or self.spec
        if spec.loss is None or spec.target is None:
            raise DeltaruleError("the network has no loss and target: end it with one, such as `-> bce`")
        inputs = self._inputs(X, spec.inputs)
        rows = inputs[0].shape[0]
        if rows == 1 and spec.updates:
            raise DeltaruleError(ONE_SAMPLE)
        data = [*inputs, self._array(spec.target, Y, rows)]
        if weight is None:
            return self._functions, data
        weights = np.asarray(weight, dtype=self.dtype)
        if weights.shape != (rows,):
            raise ShapeError(f"sample_weight has shape {weights.shape}; it has to be ({rows},), one weight a sample")
        total = weights.sum()
        if not total > 0 or weights.min() < 0:
            raise DeltaruleError("sample_weight has to be zero or positive, and not zero throughout")
        return self._weighted, [*data, weights / total]

    def _inputs(self, X: Inputs, names: tuple[str, ...] | None = None) -> list[np.ndarray]:
        names = self.spec.inputs if names is None else names
        drawn = [n for n in names if n in self.spec.drawn]
        if drawn and (not isinstance(X, Mapping) or drawn[0] not in X):
            raise DeltaruleError(
                f"in training the network takes {drawn[0]}, which is drawn\n"
                "remedy: X = program.draws(seed).into(X, 1, 0)"
            )
        if isinstance(X, Mapping):
            missing = [n for n in names if n not in X]
            if missing:
                raise DeltaruleError(f"no array for the input {missing[0]}; the network takes {', '.join(names)}")
            arrays = [X[n] for n in names]
        elif len(names) == 1:
            arrays = [X]
        else:
            raise DeltaruleError(f"the network takes {len(names)} inputs, by name: {', '.join(names) or 'none'}")
        first = self._array(names[0], arrays[0], None)
        return [first, *(self._array(n, a, first.shape[0]) for n, a in zip(names[1:], arrays[1:], strict=True))]

    def _array(self, name: str, given: np.ndarray, rows: int | None) -> np.ndarray:
        """The array in the dtype of the program; its shape has to be what the network says of the name."""
        sparse = hasattr(given, "tocsr") and self.takes_sparse
        array: Any = given.astype(self.dtype, copy=False) if sparse else np.asarray(given, dtype=self.dtype)  # type: ignore
        sizes = self.spec.declarations[name].sizes[1:]
        if not sizes and array.ndim == 2 and array.shape[1] == 1:
            array = array[:, 0]
        right = array.ndim == 1 + len(sizes) and all(
            isinstance(z, str) or z == n for z, n in zip(sizes, array.shape[1:], strict=True)
        )
        if not right or (rows is not None and array.shape[0] != rows):
            wanted = ", ".join(str(z) for z in ("rows" if rows is None else rows, *sizes))
            raise ShapeError(f"{name} has shape {array.shape}; the network takes ({wanted}{',' * (not sizes)})")
        if not array.shape[0]:
            raise DeltaruleError(f"{name} has no rows")
        return array
