"""JAX's traces run in NumPy give what JAX's compiler gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from jax.extend.core import ClosedJaxpr, Jaxpr

from . import jax_in_numpy
from .jax_in_numpy import ELEMENTWISE, WITH_PARAMETERS, computed

X = np.array([[-2.3, -0.4, 0.0], [0.7, 1.9, 3.1]])
UNARY = [jnp.exp, jnp.exp2, jnp.expm1, jnp.sin, jnp.cos, jnp.tan, jnp.sinh, jnp.cosh, jnp.tanh, jnp.arctan, jnp.arcsinh]
UNARY += [jnp.cbrt, jnp.square, jnp.abs, jnp.sign, jnp.floor, jnp.ceil, jnp.negative, lax.logistic, lax.erf, lax.erfc]
INSIDE = [jnp.log, jnp.log1p, jnp.sqrt, lax.rsqrt, jnp.arcsin, jnp.arccos, jnp.arctanh, lax.erf_inv]


def everything(x: Any) -> list[Any]:
    inside = (x + 3) / 7
    counted = lax.broadcasted_iota(jnp.int32, (2, 3), 1)
    return [
        *(f(x) for f in UNARY),
        *(f(inside) for f in INSIDE),
        jnp.arccosh(inside + 1),
        jnp.arctan2(x, inside),
        inside**x,
        x**3,
        lax.integer_pow(inside, -3),
        lax.rem(x, inside),
        lax.rem(counted - 2, 2 + 0 * counted),
        lax.div(counted - 2, 2 + 0 * counted),
        lax.copy_p.bind(x),
        jnp.where((x > 0) & ~(x >= 3) | (x < -2) | (x <= -2.3) | (x == 0) & (x != 1), x * inside, x - inside),
        lax.clamp(-0.5, x, 2.0),
        jnp.maximum(x, inside) + jnp.minimum(x, inside),
        jnp.isfinite(x / 0.0),
        jnp.einsum("ij,kj,i->ik", x, x, x[:, 0]),
        lax.dot_general(x, x + 1, (((1,), (1,)), ((0,), (0,)))),
        jnp.max(x, axis=0) + jnp.min(x, axis=0) + jnp.prod(x, axis=0) + jnp.cumsum(x, axis=1)[1],
        lax.cumsum(x, axis=1, reverse=True),
        jnp.all(x > 1, axis=0) | jnp.any(x > 0, axis=0),
        jnp.concatenate([x.T, jnp.flip(x, 0).T], axis=1)[::2, 1:],
        jnp.pad(x, ((1, 0), (0, 2)), constant_values=1.5),
        lax.squeeze(x.reshape(1, 6), (0,)),
        jax.jacobian(lambda v: jax.nn.softmax(v @ v.T) + jnp.outer(v[0], v[1])[:2, :2] * lax.stop_gradient(v[0, 0]))(x),
    ]


def primitives(jaxpr: Jaxpr) -> Iterator[str]:
    for step in jaxpr.eqns:
        yield step.primitive.name
        for inner in step.params.values():
            if isinstance(inner, ClosedJaxpr):
                yield from primitives(inner.jaxpr)


def test_every_primitive_has_the_values_of_the_compiled_function(monkeypatch: pytest.MonkeyPatch):
    with jax.enable_x64(True):
        seen = set(primitives(jax.make_jaxpr(everything)(X).jaxpr))
        assert not (set(ELEMENTWISE) | set(WITH_PARAMETERS)) - seen
        expected = jax_in_numpy._compiled(everything)(X)
        monkeypatch.setattr(jax_in_numpy, "_compiled", None)
        found = computed(everything)(X)
    for k, (ours, theirs) in enumerate(zip(found, expected, strict=True)):
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=1e-13, atol=1e-15, err_msg=str(k))


@pytest.mark.parametrize("f", [jnp.linalg.inv, lambda x: jnp.sort(x)[::-1]])
def test_what_has_no_line_is_compiled(f: Callable[..., Any]):
    x = np.array([[2.0, 1.0], [1.0, 3.0]])
    with jax.enable_x64(True):
        np.testing.assert_allclose(computed(f)(x), np.asarray(f(x)), rtol=1e-14)
