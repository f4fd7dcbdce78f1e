# ruff: noqa: E501
"""Derivatives by a parameter that every step of a recurrence shares: the true recursion is proved at any step, what fails
at the first two steps is refuted, what holds one step fixed, or is one step's part of the whole, says so."""

from __future__ import annotations

import pytest

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.files import check_text

SCALAR = r"""
A unit with feedback:

$$s_t = \sin(m s_{t-1} + p q_t + k)$$
$$\ell_t = \frac{1}{2} (s_t - v_t)^2$$

"""
ABOVE = r"""
Every number has its time above: $u^t = w x^t + v h^{t-1} + b$, at the start $u^0 = w x^0 + b$, and $h^t = \tanh(u^t)$.

"""
GATE = r"""
$$\mathbf{g}_t = \sigma(\mathbf{A} \mathbf{x}_t + \mathbf{B} \mathbf{c}_{t-1} + \mathbf{d})$$
$$\mathbf{c}_t = \mathbf{g}_t \odot \mathbf{c}_{t-1} + (1 - \mathbf{g}_t) \odot \mathbf{x}_t$$

For a loss $L$, with $\frac{\partial L}{\partial \mathbf{c}_t}$ known:

"""


CELL = r"""
Scalars: $f_t = \sigma(r c_{t-1} + q)$ and $n_t = \sin(u x_t + v c_{t-1})$ with $\sigma(a) = 1/(1 + e^{-a})$, and

$$c_t = f_t c_{t-1} + (1 - f_t) n_t$$

"""
INNER = r"Scalars: $p_t = r s_{t-1} + m x_t$ and $s_t = \tanh(p_t)$, with $e_t = \frac12 (s_t - y_t)^2$." + "\n\n"


def last(text: str) -> DocumentRow:
    return check_text(text, "notes.md").rows[-1]


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        (SCALAR, r"\frac{\partial s_t}{\partial k} = \cos(m s_{t-1} + p q_t + k) \left( 1 + m \frac{\partial s_{t-1}}{\partial k} \right)", "proved"),
        (SCALAR, r"\frac{\partial s_t}{\partial m} = \cos(m s_{t-1} + p q_t + k) \left( s_{t-1} + m \frac{\partial s_{t-1}}{\partial m} \right)", "proved"),
        (SCALAR, r"\frac{\partial s_t}{\partial m} = \cos(m s_{t-1} + p q_t + k) \left( s_{t-1} + \frac{\partial s_{t-1}}{\partial m} \right)", "refuted"),
        (SCALAR, r"\frac{\partial s_t}{\partial m} = \cos(m s_{t-1} + p q_t + k) \left( s_t + m \frac{\partial s_{t-1}}{\partial m} \right)", "refuted"),
        (SCALAR, r"\frac{\partial s_t}{\partial p} = \cos(m s_{t-1} + p q_t + k) \, q_t", "conditional"),
        (SCALAR, r"\frac{\partial \ell_t}{\partial p} = (s_t - v_t) \frac{\partial s_t}{\partial p}", "proved"),
        (SCALAR, r"\frac{\partial \ell_t}{\partial p} = (s_t + v_t) \frac{\partial s_t}{\partial p}", "refuted"),
        (SCALAR, r"\frac{\partial s_t}{\partial p} = \frac{\partial s_t}{\partial p} + \frac{\partial s_t}{\partial s_{t-1}} \frac{\partial s_{t-1}}{\partial p}", "conditional"),
        (ABOVE, r"\frac{\partial h^t}{\partial b} = \frac{\partial h^t}{\partial u^t} \cdot \frac{\partial u^t}{\partial b}", "proved"),
        (ABOVE, r"\frac{\partial h^t}{\partial v} = (1 - \tanh^2(u^t)) \left[ h^{t-1} + v \frac{\partial h^{t-1}}{\partial v} \right]", "proved"),
        (ABOVE, r"\frac{\partial h^0}{\partial w} = (1 - \tanh^2(u^0)) x^0", "proved"),
        (ABOVE, r"\frac{\partial h^0}{\partial w} = (1 - \tanh^2(u^0)) x^t", "refuted"),
        (ABOVE, r"\frac{\partial h^0}{\partial v} = 0", "proved"),
        (CELL, r"\frac{\partial c_t}{\partial q} = (c_{t-1} - n_t) f_t (1 - f_t)", "conditional"),
        (CELL, r"\frac{\partial c_t}{\partial q} = (n_t - c_{t-1}) f_t (1 - f_t)", "refuted"),
        (CELL, r"\frac{\partial c_t}{\partial q} = (c_{t-1} - n_t) f_t", "refuted"),
        (INNER, r"\frac{\partial e_t}{\partial m} = (s_t - y_t) \frac{\partial s_t}{\partial m}", "proved"),
        (INNER, r"\frac{\partial e_t}{\partial m} = (s_t + y_t) \frac{\partial s_t}{\partial m}", "refuted"),
        (INNER, r"\frac{\partial e_t}{\partial m} = (s_t - y_t) \frac{\partial s_t}{\partial p_t} x_t", "conditional"),
        (INNER, r"\frac{\partial e_t}{\partial m} = (s_t + y_t) \frac{\partial s_t}{\partial p_t} x_t", "refuted"),
        (GATE, r"\frac{\partial L}{\partial \mathbf{d}} = \frac{\partial L}{\partial \mathbf{g}_t} \odot \mathbf{g}_t \odot (1 - \mathbf{g}_t)", "conditional"),
        (GATE, r"\frac{\partial L}{\partial \mathbf{d}} = \frac{\partial L}{\partial \mathbf{c}_t} \odot (\mathbf{c}_{t-1} - \mathbf{x}_t) \odot \mathbf{g}_t \odot (1 - \mathbf{g}_t)", "conditional"),
        (GATE, r"\frac{\partial L}{\partial \mathbf{d}} = \frac{\partial L}{\partial \mathbf{g}_t} \odot \mathbf{g}_t \odot (1 + \mathbf{g}_t)", "refuted"),
        (GATE, r"\frac{\partial L}{\partial \mathbf{d}} = \frac{\partial L}{\partial \mathbf{c}_t} \odot \mathbf{c}_{t-1} \odot \mathbf{g}_t \odot (1 - \mathbf{g}_t)", "refuted"),
    ],
)  # fmt: skip
def test_what_every_step_shares(text: str, row: str, expected: str):
    assert last(f"{text}$${row}$$\n").verdict == expected


FROM_ZERO = r"""
Scalars: $g_t = \tanh(w g_{t-1} + x_t)$ and $z_t = v g_t$, with $\ell_t = (z_t - r_t)^2$.

$$\mathcal{L} = \frac{1}{T} \sum_{t=0}^{T} \ell_t$$

"""


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        (r"\frac{2}{T} \sum_{t=0}^{T} (z_t - r_t) g_t", "proved"),
        (r"\frac{2}{T} \sum_{t=0}^{T} (z_t + r_t) g_t", "refuted"),
        (r"\frac{2}{T} \sum_{t=0}^{T} (z_t - r_t) g_{t-1}", "refuted"),
        (r"\frac{2}{T} \sum_{t=1}^{T} (z_t - r_t) g_t", "unread"),  # one step less
    ],
)
def test_steps_counted_from_zero(right: str, expected: str):
    row = rf"$$\frac{{\partial \mathcal{{L}}}}{{\partial v}} = {right}$$"
    assert last(f"{FROM_ZERO}{row}\n").verdict == expected
