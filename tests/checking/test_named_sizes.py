"""Sizes with a letter below, d_k: the letter counts nothing. Gradients dW beside rows for their entries."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

KEYS = (
    r"Let $Q \in \mathbb{R}^{r \times d_k}$, $K \in \mathbb{R}^{s \times d_k}$ and $G \in \mathbb{R}^{s \times d_v}$."
    "\n\n"
    r"$$S = \frac{1}{\sqrt{d_k}} Q K^\top, \qquad P = \mathrm{softmax}(S), \qquad O = P G$$"
    "\n\n"
    r"The softmax is taken over each row of $S$."
)
WRITTEN = (
    KEYS + r" We write $dM$ for $\frac{\partial \ell}{\partial M}$, which has the shape of $M$, for a loss $\ell$."
)
AFFINE = (
    r"Let $X \in \mathbb{R}^{n \times p}$ and $W \in \mathbb{R}^{p \times k}$."
    "\n\n"
    r"$$Z = X W$$ $$dW = X^\top dZ$$"
)

ROWS = [
    (KEYS, r"S_{ij} = \frac{1}{\sqrt{d_k}} \sum_{c=1}^{d_k} Q_{ic} K_{jc}", HOLDS),
    (KEYS, r"\frac{\partial S_{ij}}{\partial Q_{ic}} = \frac{1}{\sqrt{d_k}} K_{jc}", HOLDS),
    (KEYS, r"\frac{\partial S_{ij}}{\partial K_{jc}} = \frac{1}{d_k} Q_{ic}", WRONG),
    (WRITTEN, r"dQ = \frac{1}{\sqrt{d_k}} dS K", HOLDS),
    (WRITTEN, r"dK = \frac{1}{\sqrt{d_k}} dS\, Q", WRONG),
    (WRITTEN, r"dG = P^\top dO", HOLDS),
    (WRITTEN, r"dP = G^\top dO", WRONG),
    (KEYS, r"dG_{jc} = \sum_{i=1}^r P_{ij} dO_{ic}", frozenset({"undecided"})),  # nothing says what d is
    (AFFINE, r"dW_{ij} = \sum_n X_{ni} dZ_{nj}", HOLDS),
    (AFFINE, r"dW_{ij} = \sum_n X_{nj} dZ_{ni}", WRONG),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_note(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


SECTIONS = "# Forward\n\n" + WRITTEN + "\n\n# Backward\n\n" + r"$$dG = P^\top dO$$" + "\n\n# Keys\n\n"


@pytest.mark.parametrize(
    ("row", "verdict"),
    [(r"dK = \frac{1}{\sqrt{d_k}} dS^\top Q", "conditional"), (r"dK = \frac{1}{\sqrt{d_k}} dS\, Q", "ill-shaped")],
)
def test_a_section_that_says_nothing_of_its_letters_has_the_shapes_of_the_text(row: str, verdict: str) -> None:
    rows = check_text(f"{SECTIONS}$${row}$$\n", "text.md").rows
    assert rows[-1].verdict == verdict, rows[-1]
