"""How LaTeX writes a name of the text notation: `W_1`, `y_hat`, `theta`."""

from __future__ import annotations

__all__ = ["latex"]

_GREEK = frozenset(
    [
        *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi"),
        *("pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega"),
        *("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"),
    ]
)
_ACCENTS = {"hat", "bar", "tilde"}


def latex(name: str) -> str:
    r"""The name in LaTeX.

    >>> latex("W_1"), latex("y_hat"), latex("lambda_"), latex("x_train")
    ('W_1', '\\hat{y}', '\\lambda', 'x_{\\mathrm{train}}')
    """
    letter, *rest = (part for part in name.split("_") if part)
    base = _part(letter)
    if rest and rest[0] in _ACCENTS:
        base = rf"\{rest.pop(0)}{{{base}}}"
    below = ",".join(_part(part) for part in rest)
    return base if not below else f"{base}_{below}" if len(below) == 1 else f"{base}_{{{below}}}"


def _part(part: str) -> str:
    if part in _GREEK:
        return f"\\{part}"
    return part if len(part) == 1 or part.isdigit() else rf"\mathrm{{{part}}}"
