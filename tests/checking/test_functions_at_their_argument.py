"""Functions without an argument, and brackets behind them that are factors."""

import pytest

from deltarule.checking.files import check_text

LOGISTIC = r"$\sigma(a) = \frac{1}{1 + e^{-a}}$"


@pytest.mark.parametrize(
    ("known", "row", "verdicts"),
    [
        (LOGISTIC, r"\frac{d\sigma}{da} = \sigma(1 - \sigma)", {"proved"}),
        (LOGISTIC, r"\frac{d\sigma}{da} = \sigma(1 + \sigma)", {"refuted"}),
        (rf"{LOGISTIC}, $q = \sigma(w^T x)$", r"\frac{d\sigma}{da} = \sigma(1 - \sigma)", {"proved"}),
        (rf"{LOGISTIC}, $q = \sigma(w^T x)$", r"\nabla_w q = \sigma(w^T x)(1 - \sigma(w^T x)) x", {"conditional"}),
        (rf"{LOGISTIC}, $q = \sigma(u)$, $\frac{{d\sigma}}{{da}} = \sigma(1 - \sigma)$",
         r"\frac{dq}{du} = \sigma(u)(1 - \sigma(u))", {"proved"}),
        (r"$q = \sigma(w^T x)$ with the sigmoid $\sigma$", r"\frac{d\sigma}{da} = \sigma(1 - \sigma)", {"proved"}),
    ],
)  # fmt: skip
def test_a_function_stands_for_its_value(known: str, row: str, verdicts: set[str]) -> None:
    assert check_text(f"{known}\n\n$${row}$$\n", "a.md").rows[-1].verdict in verdicts


@pytest.mark.parametrize(
    ("known", "row"),
    [
        (rf"{LOGISTIC}, $q = \sigma(w^T x)$, $\frac{{d\sigma}}{{da}} = \sigma(1 - \sigma)$", r"\nabla_w q = \sigma x"),
        (r"$p = \sigma(w x)$, $q = \sigma(v x)$", r"\frac{\partial\sigma}{\partial w} = \sigma(1 - \sigma)"),
    ],
)
def test_a_call_is_no_product_with_a_function(known: str, row: str) -> None:
    assert check_text(f"{known}\n\n$${row}$$\n", "a.md").rows[-1].verdict not in {"proved", "conditional"}
