"""An accent that a text gives to derivatives in a sentence of its own.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

TEXT = (
    r"For numbers $x$, $w$: $u = w x$, $v = u^2$ and a loss $E$ that sees $v$ alone. "
    r"We are given ACCENT v = \frac{\partial E}{\partial v}$. "
)
SENTENCES = [
    ("bar", 'The bar always means "dE by d that thing".'),
    ("bar", "A bar denotes the derivative of the loss by what stands below it."),
    ("tilde", "Here a tilde stands for the gradient of the loss."),
    ("bar", "Ein Querstrich bedeutet immer die Ableitung des Fehlers."),
]
OTHERS = [("bar", "The bar is a column."), ("bar", "A tilde means the gradient of the loss.")]
ROWS = [
    (r"ACCENT u = 2 u ACCENT v", HOLDS),
    (r"ACCENT u = u ACCENT v", WRONG),
    (r"ACCENT w = 2 u x ACCENT v", HOLDS),
    (r"ACCENT w = 2 u w ACCENT v", WRONG),
]


@pytest.mark.parametrize(("accent", "sentence"), SENTENCES)
def test_a_sentence_gives_an_accent_to_derivatives(accent: str, sentence: str) -> None:
    rows = "".join(f"\n\n$${row}$$" for row, _ in ROWS)
    text = (TEXT.replace("ACCENT", "$ACCENT") + sentence + rows).replace("ACCENT", f"\\{accent}")
    found = check_text(text, "notes.md").rows[-len(ROWS) :]
    assert [row.verdict in verdicts for row, (_, verdicts) in zip(found, ROWS, strict=True)] == [True] * len(ROWS)


@pytest.mark.parametrize(("accent", "sentence"), OTHERS)
def test_other_sentences_do_not(accent: str, sentence: str) -> None:
    text = TEXT.replace("ACCENT", "$ACCENT") + sentence + "\n\n$$ACCENT u = u ACCENT v$$"
    assert check_text(text.replace("ACCENT", f"\\{accent}"), "notes.md").rows[-1].verdict == "definition"
