"""The same training by deltarule and by others: each from the same weights, over the same rows in the same order."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
from benchmarks.training_cases import RATE, Case, Weights

__all__ = ["MISSING", "OURS", "peers"]

Run = Callable[[int], tuple[float, Weights | None]]

OURS = "deltarule, native"
MISSING = [name for name in ("jax", "sklearn", "torch") if find_spec(name) is None]


def peers(case: Case) -> dict[str, Callable[[], Run]]:
    """What makes each entrant, by its name; making one may compile."""
    out: dict[str, Callable[[], Run]] = {OURS: lambda: _native(case), "deltarule, NumPy engine": lambda: _numpy(case)}
    if not case.wide:
        out["deltarule, native, shuffled epochs"] = lambda: _epochs(case)
    if "jax" not in MISSING:
        out["JAX, scan"] = lambda: _jax(case, 1)
        if len(case.sizes) == 2:
            out["JAX, scan, gradient by hand"] = lambda: _jax(case, 4)
    if "sklearn" not in MISSING and not case.wide:
        out["scikit-learn"] = lambda: _sgd_classifier(case) if len(case.sizes) == 2 else _mlp_classifier(case)
    if "torch" not in MISSING:
        out["PyTorch"] = lambda: _torch(case)
        if case.batch > 32 and not case.wide:  # it compiles for half a minute
            out["torch.compile"] = lambda: _torch_compile(case)
    return out


# deltarule -------------------------------------------------------------------------------------------------------


def _parameters(case: Case, shapes: dict[str, tuple[int | str, ...]]) -> dict[str, np.ndarray]:
    """The initial weights under deltarule's names: W has one row for each output."""
    found = iter([part for w, b in case.initial() for part in (w.T, b)])
    return {name: np.array(next(found).reshape(shape), order="C") for name, shape in shapes.items()}  # type: ignore


def _weights(case: Case, parameters: dict[str, np.ndarray]) -> Weights:
    parts = list(parameters.values())
    return [
        (w.reshape(m, n).T.copy(), b.reshape(m).copy())
        for w, b, n, m in zip(parts[::2], parts[1::2], case.sizes, case.sizes[1:], strict=False)
    ]


def _native(case: Case) -> Run:
    """One call of the compiled epoch, rows as they stand."""
    from deltarule.network.network import Network
    from deltarule.program.engine import compile_network
    from deltarule.program.native.lowering import Rule
    from deltarule.training.optimisers import OPTIMISERS

    program = compile_network(Network.parse(case.network), dtype=case.dtype, engine="native")
    start = _parameters(case, program.parameters)
    mine = {name: value.copy() for name, value in start.items()}
    rules = {name: Rule((), OPTIMISERS["sgd"].equations, ()) for name in mine}
    trainer = program.trainer(mine, rules, {}, {}, weighted=False, clipped=False)  # type: ignore[attr-defined]
    if trainer is None:
        raise RuntimeError("the native engine has no code for this network")

    def run(rows: int) -> tuple[float, Weights]:
        for name, value in start.items():
            np.copyto(mine[name], value)
        X, Y = case.X[:rows], case.Y[:rows]
        rates = np.full(rows // case.batch, RATE)
        began = time.perf_counter()
        trainer.run((X, Y, None), None, case.batch, 0, rates, 0)
        return time.perf_counter() - began, _weights(case, mine)

    return run


def _epochs(case: Case) -> Run:
    """As an estimator trains: shuffled, with the loop's bookkeeping. Its order is its own, so it is not checked."""
    from deltarule.network.network import Network
    from deltarule.program.engine import compile_network
    from deltarule.training.loop import Plan, run_epochs
    from deltarule.training.optimisers import OPTIMISERS

    program = compile_network(Network.parse(case.network), dtype=case.dtype, engine="native")

    def run(rows: int) -> tuple[float, None]:
        plan = Plan(OPTIMISERS["sgd"], RATE, case.batch, epochs=1, seed=0)
        parameters = _parameters(case, program.parameters)
        X, Y = case.X[:rows], case.Y[:rows]
        began = time.perf_counter()
        run_epochs(program, parameters, X, Y, plan)
        return time.perf_counter() - began, None

    return run


def _numpy(case: Case) -> Run:
    from deltarule.network.network import Network
    from deltarule.program.engine import compile_network

    program = compile_network(Network.parse(case.network), dtype=case.dtype)

    def run(rows: int) -> tuple[float, Weights]:
        mine = _parameters(case, program.parameters)
        began = time.perf_counter()
        for k in range(0, rows, case.batch):
            program.step(mine, case.X[k : k + case.batch], case.Y[k : k + case.batch], RATE)
        return time.perf_counter() - began, _weights(case, mine)

    return run


# Others ----------------------------------------------------------------------------------------------------------


def _jax(case: Case, unroll: int) -> Run:
    """`lax.scan` over the batches of an epoch, the parameters donated; the gradient by `jax.grad`, or by hand (of one
    layer, unrolled), which is quicker."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", case.dtype == "float64")

    def loss(weights: list, x: jax.Array, y: jax.Array) -> jax.Array:
        for k, (w, b) in enumerate(weights):
            x = x @ w + b
            if k < len(weights) - 1:
                x = jnp.maximum(x, 0)
        if case.classes == 1:
            z = x[:, 0]
            return jnp.mean(jax.nn.softplus(z) - y * z)
        return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(x), axis=1))

    def by_hand(weights: list, x: jax.Array, y: jax.Array) -> list:
        (w, b), *_ = weights
        message = (jax.nn.sigmoid((x @ w + b)[:, 0]) - y) / y.size
        return [(x.T @ message[:, None], jnp.sum(message)[None])]

    def step(weights: list, data: tuple) -> tuple[list, None]:
        gradients = (jax.grad(loss) if unroll == 1 else by_hand)(weights, *data)
        return jax.tree.map(lambda p, g: p - jnp.asarray(RATE, p.dtype) * g, weights, gradients), None

    epoch = jax.jit(lambda weights, data: jax.lax.scan(step, weights, data, unroll=unroll)[0], donate_argnums=0)
    ready: dict[int, tuple] = {}

    def run(rows: int) -> tuple[float, Weights]:
        cut = rows // case.batch, case.batch
        if rows not in ready:
            X, Y = case.X[:rows], case.Y[:rows]
            ready[rows] = tuple(jnp.asarray(a).reshape(*cut, *a.shape[1:]) for a in (X, Y))
            epoch(jax.tree.map(jnp.asarray, case.initial()), ready[rows])  # compiled for this number of batches
        weights = jax.block_until_ready(jax.tree.map(jnp.array, case.initial()))
        began = time.perf_counter()
        out = jax.block_until_ready(epoch(weights, ready[rows]))
        took = time.perf_counter() - began
        return took, [(np.asarray(w), np.asarray(b)) for w, b in out]

    return run


def _sgd_classifier(case: Case) -> Run:
    from sklearn.linear_model import SGDClassifier

    def run(rows: int) -> tuple[float, Weights]:
        (w, b), *_ = case.initial()
        model = SGDClassifier(
            loss="log_loss", penalty=None, learning_rate="constant", eta0=RATE, shuffle=False, max_iter=1, tol=None
        )
        X, labels = case.X[:rows], case.labels[:rows]
        began = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(X, labels, coef_init=w.T.copy(), intercept_init=b.copy())
        return time.perf_counter() - began, [(model.coef_.T, model.intercept_)]

    return run


def _mlp_classifier(case: Case) -> Run:
    from sklearn.neural_network import MLPClassifier

    def run(rows: int) -> tuple[float, Weights]:
        model = MLPClassifier(
            case.sizes[1:-1], solver="sgd", alpha=0, batch_size=case.batch, learning_rate_init=RATE, momentum=0,
            nesterovs_momentum=False, shuffle=False, max_iter=1, random_state=0,
        )  # fmt: skip
        X, labels = case.X[:rows], case.labels[:rows]
        classes = np.arange(max(case.classes, 2))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            first = max(case.batch, len(classes))
            model.partial_fit(X[:first], labels[:first], classes=classes)
            model.coefs_ = [w.copy() for w, _ in case.initial()]
            model.intercepts_ = [b.copy() for _, b in case.initial()]
            model._optimizer.params = model.coefs_ + model.intercepts_  # what partial_fit renews
            model._optimizer.velocities = [np.zeros_like(p) for p in model._optimizer.params]
            began = time.perf_counter()
            model.partial_fit(X, labels)
            took = time.perf_counter() - began
        return took, list(zip(model.coefs_, model.intercepts_, strict=True))

    return run


def _torch(case: Case) -> Run:
    """Eager, as its tutorials have it: modules, `backward`, `torch.optim.SGD`."""
    import torch

    torch.set_num_threads(case.threads)
    X, Y = torch.from_numpy(case.X), torch.from_numpy(case.Y)

    def run(rows: int) -> tuple[float, Weights]:
        layers: list[torch.nn.Module] = []
        linear: list[torch.nn.Linear] = []
        for k, (w, b) in enumerate(case.initial()):
            layer = torch.nn.Linear(*w.shape)
            layer.weight.data, layer.bias.data = torch.from_numpy(w.T.copy()), torch.from_numpy(b.copy())
            linear.append(layer)
            layers += [torch.nn.ReLU(), layer] if k else [layer]
        model = torch.nn.Sequential(*layers)
        criterion = torch.nn.BCEWithLogitsLoss() if case.classes == 1 else torch.nn.CrossEntropyLoss()
        optimiser = torch.optim.SGD(model.parameters(), lr=RATE)
        torch.set_num_threads(case.threads)
        began = time.perf_counter()
        for k in range(0, rows, case.batch):
            optimiser.zero_grad()
            out = model(X[k : k + case.batch])
            criterion(out[:, 0] if case.classes == 1 else out, Y[k : k + case.batch]).backward()
            optimiser.step()
        took = time.perf_counter() - began
        return took, [(layer.weight.detach().numpy().T, layer.bias.detach().numpy()) for layer in linear]

    return run


def _torch_compile(case: Case) -> Run:
    """Gradient and update as one compiled function."""
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(case.threads)
    X, Y = torch.from_numpy(case.X), torch.from_numpy(case.Y)

    def loss(weights: list[torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        for k in range(0, len(weights), 2):
            x = F.linear(x, weights[k], weights[k + 1])
            if k < len(weights) - 2:
                x = F.relu(x)
        return F.cross_entropy(x, y) if case.classes > 1 else F.binary_cross_entropy_with_logits(x[:, 0], y)

    def step(weights: list[torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> None:
        for p, g in zip(weights, torch.func.grad(loss)(weights, x, y), strict=True):
            p.sub_(g, alpha=RATE)

    compiled = torch.compile(step, dynamic=False)

    def run(rows: int) -> tuple[float, Weights]:
        parts = [part for w, b in case.initial() for part in (w.T.copy(), b)]
        weights = [torch.from_numpy(part.copy()) for part in parts]
        began = time.perf_counter()
        for k in range(0, rows, case.batch):
            compiled(weights, X[k : k + case.batch], Y[k : k + case.batch])
        took = time.perf_counter() - began
        found = [p.numpy() for p in weights]
        return took, [(w.T, b) for w, b in zip(found[::2], found[1::2], strict=True)]

    return run
