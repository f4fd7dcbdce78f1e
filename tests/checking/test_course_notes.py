"""What teachers and students leave to the reader: conditions behind a formula, a σ without an equation, classes."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text


def verdicts(text: str, name: str = "a.md") -> list[str]:
    return [row.verdict for row in check_text(text, name).rows if row.verdict not in {"definition", "assumption"}]


RELU = "Let $y = \\max(0, a)$.\n\n"
NEURON = "$$z = w x + b, \\quad p = \\sigma(z), \\quad L = -y \\ln p - (1 - y) \\ln(1 - p)$$\n\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RELU + "$$\\frac{dy}{da} = 1 \\quad \\text{for } a > 0$$", ["proved"]),
        (RELU + "$$\\frac{dy}{da} = 0 \\quad \\text{for } a > 0$$", ["refuted"]),
        (
            RELU
            + "$$\\frac{dy}{da} = 0 \\quad \\text{if } a < 0, \\qquad \\frac{dy}{da} = 1 \\quad \\text{if } a > 0$$",
            ["proved", "proved"],
        ),
        (
            RELU
            + "$$\\frac{dy}{da} = 1 \\quad \\text{if } a < 0, \\qquad \\frac{dy}{da} = 0 \\quad \\text{if } a > 0$$",
            ["refuted", "refuted"],
        ),
        (RELU + "- for $a > 0$: $\\frac{dy}{da} = 1$\n- for $a < 0$: $\\frac{dy}{da} = 0$", ["proved", "proved"]),
        (RELU + "- for $a > 0$: $\\frac{dy}{da} = 0$\n- for $a < 0$: $\\frac{dy}{da} = 1$", ["refuted", "refuted"]),
    ],
)
def test_a_condition_behind_a_formula_holds_for_that_formula(text: str, expected: list[str]):
    assert verdicts(text) == expected


def test_a_sigma_that_no_equation_defines_is_the_logistic_function_under_that_condition():
    (row,) = [r for r in check_text(NEURON + "$$\\frac{dL}{dz} = p - y$$", "a.md").rows if r.line == 3]
    assert row.verdict == "conditional"
    assert row.condition is not None
    assert row.condition.kind == "definition-elsewhere"


def test_what_holds_for_no_sigma_of_that_kind_is_refuted():
    assert verdicts(NEURON + "$$\\frac{dL}{dz} = y - p$$") == ["refuted"]


KERNEL = (
    "$$y_1 = k_1 x_1 + k_2 x_2$$\n$$y_2 = k_1 x_2 + k_2 x_3$$\n\nLet $g_i = \\frac{\\partial L}{\\partial y_i}$.\n\n"
)


@pytest.mark.parametrize(
    ("right", "expected"),
    [("g_1 x_1 + g_2 x_2", "proved"), ("g_1 x_2 + g_2 x_2", "refuted"), ("g_1 x_1", "refuted")],
)
def test_a_gradient_named_by_index_is_known_at_outputs_that_are_written_one_by_one(right: str, expected: str):
    assert verdicts(KERNEL + f"$$\\frac{{\\partial L}}{{\\partial k_1}} = {right}$$") == [expected]


CARD = """Let $x \\in \\mathbb{R}^n$, $W \\in \\mathbb{R}^{m \\times n}$, $b \\in \\mathbb{R}^m$.

## Forward
$$ s = W x + b $$
$$ y = \\tanh(s) $$

## Backward
Given $\\delta_y = \\frac{\\partial L}{\\partial y}$.
"""


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("\\delta_s = \\delta_y \\odot (1 - y^2)", {"proved", "conditional"}),
        ("\\delta_s = \\delta_y \\odot (1 + y^2)", {"refuted"}),
        ("\\delta_x = W^T \\delta_s", {"proved", "conditional"}),
        ("\\delta_x = W \\delta_s", {"ill-shaped"}),
    ],
)
def test_what_names_a_gradient_does_so_in_every_section(row: str, expected: set[str]):
    assert check_text(CARD + f"$$ {row} $$", "a.md").rows[-1].verdict in expected


PARTS = "The prediction is $\\hat y = \\sigma(w^\\top x + b)$ with the sigmoid $\\sigma$. Let $z = w^\\top x + b$.\n\n"


@pytest.mark.parametrize(
    ("right", "expected"), [("\\hat y (1 - \\hat y)", "proved"), ("\\hat y", "refuted"), ("0", "refuted")]
)
def test_a_part_that_gets_a_name_later_is_what_the_whole_is_computed_from(right: str, expected: str):
    assert verdicts(PARTS + f"$$\\frac{{\\partial \\hat y}}{{\\partial z}} = {right}$$") == [expected]


BLOCK = """$y = x + F(x)$ where $F(x) = W_2\\,\\mathrm{relu}(W_1 x)$, $x\\in\\mathbb{R}^n$,
$W_1\\in\\mathbb{R}^{h\\times n}$, $W_2\\in\\mathbb{R}^{n\\times h}$.
Write $a = W_1 x$, $r = \\mathrm{relu}(a)$ and $g = \\partial L/\\partial y$, a column.

"""


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("\\frac{\\partial L}{\\partial r} = W_2^\\top g", "conditional"),
        ("\\frac{\\partial L}{\\partial x} = g + W_1^\\top((W_2^\\top g)\\odot \\mathrm{relu}'(a))", "conditional"),
        ("\\frac{\\partial L}{\\partial x} = W_1^\\top((W_2^\\top g)\\odot \\mathrm{relu}'(a))", "refuted"),
    ],
)
def test_a_quantity_written_with_its_arguments_may_be_a_vector(row: str, expected: str):
    assert verdicts(BLOCK + f"$${row}$$") == [expected]


CLASSES = "$p_i = \\frac{e^{z_i}}{\\sum_j e^{z_j}}$. With the true class $c$: $\\ell = -\\log p_c$, so\n"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("\\frac{\\partial\\ell}{\\partial z_k} = p_k - \\delta_{ck}", "proved"),
        ("\\frac{\\partial\\ell}{\\partial z_k} = p_k - \\mathbb{1}[k=c]", "proved"),
        ("\\frac{\\partial\\ell}{\\partial z_c} = p_c - 1", "proved"),
        ("\\frac{\\partial\\ell}{\\partial z_k} = \\delta_{ck} - p_k", "refuted"),
        ("\\frac{\\partial\\ell}{\\partial z_k} = p_c - \\delta_{ck}", "refuted"),
        ("\\frac{\\partial\\ell}{\\partial z_k} = p_k - 1", "undecided"),
    ],
)
def test_the_letter_of_a_class_says_which_component(row: str, expected: str):
    rows = check_text(CLASSES + f"$${row}, \\quad \\delta_{{ck}} + p_c = p_c + \\delta_{{ck}}$$", "a.md").rows
    assert rows[-2].verdict == expected


@pytest.mark.parametrize(
    "text",
    [
        "$z = W_h h + b_h$ and $\\frac{\\partial z}{\\partial b_h} = 1$",  # marks, no components
        "$s = w_f x_f$, $\\frac{\\partial s}{\\partial w_f} = x_f$",
    ],
)
def test_marks_stay_marks(text: str):
    assert "refuted" not in verdicts(text)


SQUARES = (
    "Let $X\\in\\mathbb{R}^{n\\times d}$, $y\\in\\mathbb{R}^n$, $w\\in\\mathbb{R}^d$ and $R(w) = \\|Xw-y\\|^2$.\n\n"
)
PENALTY = "For $w \\in \\mathbb{R}^d$ let $J_\\lambda = J + \\frac{\\lambda}{2} \\|w\\|^2$.\n\n"
NORMED = """$$\\mu = \\frac1d\\sum_{i=1}^d x_i,
\\quad s^2 = \\frac1d\\sum_{i=1}^d (x_i-\\mu)^2, \\quad y_i = \\frac{x_i-\\mu}{s}$$

"""
TEMPERATURE = "$q_i = \\frac{e^{z_i/T}}{\\sum_j e^{z_j/T}}$\n\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SQUARES + "$$\\nabla^2 R(w) = 2X^TX$$", "proved"),
        (SQUARES + "$$\\nabla_w^2 R = X^TX$$", "refuted"),
        (SQUARES + "$$\\frac{\\partial^2 R}{\\partial w \\partial w^T} = 2X^TX$$", "proved"),
        (PENALTY + "$$\\nabla_w J_\\lambda = \\nabla_w J + \\lambda w$$", "conditional"),
        (PENALTY + "$$\\nabla_w J_\\lambda = \\nabla_w J + 2\\lambda w$$", "refuted"),
        (NORMED + "$$\\sum_{i=1}^d y_i^2 = d$$", "proved"),
        (NORMED + "$$\\frac{\\partial s}{\\partial x_j} = \\frac{y_j}{d}$$", "proved"),
        (NORMED + "$$\\frac{\\partial s}{\\partial x_j} = \\frac{2(x_j - \\mu)}{d}$$", "refuted"),
        (TEMPERATURE + "$$\\frac{\\partial q_i}{\\partial z_k} = \\frac{1}{T}q_i(\\delta_{ik}-q_k)$$", "proved"),
        (TEMPERATURE + "$$\\frac{\\partial q_i}{\\partial z_k} = q_i(\\delta_{ik}-q_k)$$", "refuted"),
    ],
)
def test_hessians_penalties_roots_and_temperatures(text: str, expected: str):
    assert verdicts(text)[-1] == expected


INDEXED = "Let $X\\in\\mathbb{R}^{n\\times d}$, $w\\in\\mathbb{R}^d$, $r = Xw-y$ and $R = \\|Xw-y\\|^2$.\n\n"


def test_an_index_that_runs_over_another_size_is_told_with_the_one_that_fits():
    right = [
        row for row in check_text(INDEXED + "$$\\frac{\\partial R}{\\partial w_j} = 2\\sum_{i=1}^n r_i X_{ij}$$").rows
    ]
    assert right[-1].verdict == "proved"
    row = check_text(INDEXED + "$$\\frac{\\partial R}{\\partial w_j} = 2\\sum_{i=1}^n r_i X_{ji}$$").rows[-1]
    assert row.verdict == "ill-shaped"
    assert row.hint == "an index is wrong"
    assert row.suggestion == "2 \\sum_{i=1}^{n} r_i X_{ij}"


def test_exchanged_indices_are_named():
    text = "$s_k = \\sum_j W_{kj} x_j$ and $g_k = \\frac{\\partial L}{\\partial s_k}$.\n\n"
    row = check_text(text + "$$\\frac{\\partial L}{\\partial W_{ij}} = g_j x_i$$").rows[-1]
    assert (row.verdict, row.hint, row.suggestion) == ("refuted", "two indices are swapped", "g_i x_j")


LEAKY = "Leaky ReLU: $f(x) = \\max(\\alpha x, x)$ with $0<\\alpha<1$.\n\n"
COSINE = "$$c = \\frac{u^\\top v}{\\|u\\|\\,\\|v\\|}, \\quad u,v\\in\\mathbb{R}^d$$\n\n"
RATE = "$\\lambda = e^{\\eta}$ and $L = \\lambda - y\\log\\lambda$. Hence $L = e^{\\eta} - y\\eta$.\n\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LEAKY + "$f'(x) = 1$ for $x>0$ and $f'(x) = \\alpha$ for $x<0$.", ["proved", "proved"]),
        (LEAKY + "$f'(x) = \\alpha$ for $x>0$ and $f'(x) = 1$ for $x<0$.", ["refuted", "refuted"]),
        (LEAKY + "For $x>0$ we have $f'(x) = 1$ and for $x<0$ we have $f'(x) = \\alpha$.", ["proved", "proved"]),
        (
            COSINE + "$$\\frac{\\partial c}{\\partial u} = \\frac{v}{\\|u\\|\\|v\\|} - c\\frac{u}{\\|u\\|^2}$$",
            ["conditional"],
        ),
        (COSINE + "$$\\frac{\\partial c}{\\partial u} = \\frac{v}{\\|u\\|\\|v\\|}$$", ["refuted"]),
        (RATE + "$$\\frac{\\partial L}{\\partial\\lambda} = 1 - \\frac{y}{\\lambda}$$", ["proved", "proved"]),
        (RATE + "$$\\frac{\\partial L}{\\partial\\lambda} = 1 + \\frac{y}{\\lambda}$$", ["proved", "refuted"]),
    ],
)
def test_conditions_in_one_sentence_lists_of_members_and_second_equations(text: str, expected: list[str]):
    assert verdicts(text) == expected


LAYERS = """Let $x\\in\\mathbb{R}^{n}$, $W^{(1)}\\in\\mathbb{R}^{h\\times n}$, $W^{(2)}\\in\\mathbb{R}^{k\\times h}$.
$$z^{(1)} = W^{(1)} x, \\quad a^{(1)} = \\tanh(z^{(1)}), \\quad z^{(2)} = W^{(2)} a^{(1)}$$
$$L = \\frac{1}{2} \\|z^{(2)} - t\\|^2$$
Define $\\delta^{(l)} = \\frac{\\partial L}{\\partial z^{(l)}}$.
$$\\delta^{(2)} = z^{(2)} - t$$
$$\\frac{\\partial L}{\\partial W^{(2)}} = \\delta^{(2)} (a^{(1)})^\\top$$
"""
HEAD = "$z = W h + b$, $L = \\mathrm{loss}(z, y)$ and $\\delta = \\frac{\\partial L}{\\partial z}$, a column.\n\n"
BITS = "$r(x) = \\log_2 x$.\n\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            LAYERS + "$$\\delta^{(1)} = (W^{(2)})^\\top \\delta^{(2)} \\odot (1 - a^{(1)} \\odot a^{(1)})$$",
            "conditional",
        ),
        (LAYERS + "$$\\delta^{(1)} = (W^{(2)})^\\top \\delta^{(2)} \\odot (1 + a^{(1)} \\odot a^{(1)})$$", "refuted"),
        (LAYERS + "$$\\frac{\\partial L}{\\partial W^{(1)}} = \\delta^{(1)} x^\\top$$", "conditional"),
        (LAYERS + "$$\\frac{\\partial L}{\\partial W^{(1)}} = x (\\delta^{(1)})^\\top$$", "ill-shaped"),
        (HEAD + "$$\\frac{\\partial L}{\\partial W} = \\delta h^\\top$$", "conditional"),
        (HEAD + "$$\\frac{\\partial L}{\\partial b} = -\\delta$$", "refuted"),
        (BITS + "$$r'(x) = \\frac{1}{x \\ln 2}$$", "proved"),
        (BITS + "$$r'(x) = \\frac{1}{x}$$", "refuted"),
    ],
)
def test_layers_by_letter_and_number_losses_that_are_only_named_and_bases(text: str, expected: str):
    assert verdicts(text)[-1] == expected


PAIR = """Embeddings $u, v\\in\\mathbb{R}^k$, $D = \\|u - v\\|$ and $L = y D^2 + (1-y)\\max(0, m - D)^2$.

For a similar pair ($y=1$): $\\nabla_u L = 2(u-v)$.

"""


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("\\frac{\\partial L}{\\partial D} = 2yD - 2(1-y)\\max(0,m-D)", "proved"),
        ("\\frac{\\partial L}{\\partial D} = 2yD + 2(1-y)\\max(0,m-D)", "refuted"),
        ("\\frac{\\partial L}{\\partial D} = 2D", "conditional"),  # at y = 1
    ],
)
def test_a_number_for_a_name_that_stood_for_any_proves_nothing_of_the_name(row: str, expected: str):
    assert verdicts(PAIR + f"$${row}$$")[-1] == expected


DEEP = """$z^{[l]} = W^{[l]}a^{[l-1]} + b^{[l]}$, $a^{[l]} = g(z^{[l]})$ with an elementwise $g$ and a scalar cost $J$.
Let $\\delta^{[l]} = \\frac{\\partial J}{\\partial z^{[l]}}$ (a column).

$$\\delta^{[l]} = (W^{[l+1]})^T\\delta^{[l+1]} \\odot g'(z^{[l]})$$
$$\\frac{\\partial J}{\\partial a^{[l-1]}} = (W^{[l]})^T\\delta^{[l]}$$

A mistake: $\\delta^{[l]} = W^{[l+1]}\\delta^{[l+1]}\\odot g'(z^{[l]})$.
"""


def test_a_mistake_in_the_shapes_of_one_row_does_not_spoil_the_others():
    assert verdicts(DEEP)[:2] == ["conditional", "conditional"]
    assert verdicts(DEEP)[2] in {"refuted", "ill-shaped"}


WORKED = "Neuron: $a = w x$, $w = 0.5$, $x = 3$, $q = \\sigma(a) = \\frac{1}{1 + e^{-a}}$. "


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ("a = 1.5", "proved"),
        ("a = 1.50", "proved"),
        ("a = 1.6", "refuted"),
        ("a = 1.51", "refuted"),
        ("q = 0.82", "none"),  # 0.8175…, rounded
        ("q = 0.818", "none"),
        ("q = 0.7", "none"),  # within what rounding on the way may do
        ("q = 0.72", "refuted"),
    ],
)
def test_a_value_that_needs_no_rounding_is_exact(row: str, verdict: str):
    assert check_text(f"{WORKED}Then ${row}$.", "a.md").rows[-1].verdict == verdict
