"""Ways of writing that are common in public notes: what is read from them, and what stays open, by small examples.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

SOFTMAX = "The outputs are $p_j = \\frac{e^{u_j}}{\\sum_k e^{u_k}}$.\n\n"
UNIT = "Take $z = w x + b$ and $a = \\sigma(z)$ with the sigmoid $\\sigma$, trained with the cross-entropy loss.\n\n"
STEPS = (
    "A recurrent unit: $s_t = \\tanh(r s_{t-1} + q x_t)$ from $s_0 = 0$, with $o_t = v s_t$, $e_t = o_t - d_t$,\n"
    "$E_t = \\frac12 e_t^2$ and $E = \\sum_{t=1}^{3} E_t$.\n\n"
)
BATCH = (
    "Normalise: $\\mu = \\frac1n \\sum_i a_i$, $\\tau_B^2 = \\frac1n \\sum_i (a_i - \\mu)^2$,\n"
    "$\\hat a_i = \\frac{a_i - \\mu}{\\sqrt{\\tau_B^2 + c}}$ and $h_i = g \\hat a_i + k$.\n\n"
)
SAMPLES = (
    "Our model is $f(r) = \\frac{1}{1 + e^{-r}}$; for one example $s = w^T x + b$, $p = f(s)$ and\n"
    "$\\ell = -y \\log p - (1 - y) \\log(1 - p)$. Over the data $J = \\frac{1}{m} \\sum_i "
    "\\ell^{(i)}$ with the inputs\n"
    "$x^{(i)}$, the targets $y^{(i)}$ and the outputs $p^{(i)}$.\n\n"
)
LAYER = (
    "Let $v \\in \\mathbb{R}^n$, $A \\in \\mathbb{R}^{m \\times n}$, $u = A v + c$, $h = "
    "\\tanh(u)$, $B \\in \\mathbb{R}^{k \\times m}$, $q = B h$ and\n"
    "$E = \\frac12 \\|q - t\\|^2$.\n\n"
)


def verdicts(text: str) -> list[str]:
    return [row.verdict for row in check_text(text, "notes.md").rows]


def last(text: str, claim: str) -> str:
    return check_text(f"{text}$$\n{claim}\n$$\n", "notes.md").rows[-1].verdict


# values, indices, rounded numbers


def test_a_value_for_the_place_where_it_stands_is_no_claim():
    text = "With $q = x y$: for $x = 2$ nothing much, for $x = 3$ more.\n\n$$\\frac{\\partial q}{\\partial x} = y$$\n"
    assert verdicts(text) == ["definition", "assumption", "assumption", "proved"]


def test_indices_and_ranges_are_no_claims():
    text = "For $i = 1, 2, 3$ let $r_i = a_i^2$. If $i = j$ we are done, and at $t = 1$ too: $h_t = r_t$.\n"
    assert set(verdicts(text)) <= {"none", "assumption", "definition", "undecided"}


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"0.172 \cdot 0.537 = 0.0924", "none"),  # 0.092364
        (r"\tanh(0.6) = 0.537", "none"),  # 0.53704...
        (r"0.5 \cdot 0.5 = 0.25", "proved"),
        (r"\frac12 (0.644 - 0.5)^2 = 0.0104", "none"),  # 0.010368
        (r"0.172 \cdot 0.537 = 0.0824", "refuted"),
        (r"\tanh(1.5296) = 0.906", "refuted"),  # 0.9103...
        (r"1 + 1 = 3", "refuted"),
    ],
)
def test_decimals_are_meant_to_their_digits(claim: str, verdict: str):
    assert last("", claim) == verdict


def test_a_value_is_computed_from_the_numbers_of_the_text():
    text = "Let $w = 0.5$, $x = 3.0$, $z = w x$ and $a = \\tanh(z)$. Then\n\n"
    assert last(text, "a = 0.905") == "none"
    assert last(text, "a = 0.805") == "refuted"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial p_j}{\partial u_i} = p_i (1 - p_i), \quad i = j", "proved"),
        (r"\frac{\partial p_j}{\partial u_i} = -p_i p_j, \quad i \neq j", "proved"),
        (r"\frac{\partial p_j}{\partial u_i} = p_i p_j, \quad i \neq j", "refuted"),
        (r"\frac{\partial p_j}{\partial u_i} = -p_i p_j, \quad i = j", "refuted"),
    ],
)
def test_a_row_for_some_indices_is_judged_there(claim: str, verdict: str):
    rows = check_text(f"{SOFTMAX}$$\n{claim}\n$$\n", "notes.md").rows
    assert rows[1].verdict == verdict


def test_a_condition_in_the_sentence_before_holds_for_the_formula():
    text = f"{SOFTMAX}When $i \\ne j$:\n\n$$\\frac{{\\partial p_j}}{{\\partial u_i}} = -p_j p_i$$\n"
    assert verdicts(text)[-1] == "proved"


# losses by name, objectives under any name


def test_a_loss_named_in_words_makes_a_row_conditional():
    assert last(UNIT, r"\frac{\partial L}{\partial z} = a - y") == "conditional"
    assert last(UNIT, r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial z} x") == "proved"
    assert last(UNIT, r"\frac{\partial L}{\partial w} = 5 \frac{\partial L}{\partial z}") == "refuted"
    assert (
        last(UNIT, r"\frac{\partial L}{\partial z} = y - a") == "undecided"
    )  # nothing says that it is to be minimised


@pytest.mark.parametrize("loss", ["l", "C", "Q", r"\mathrm{Loss}"])
def test_batch_norm_for_a_loss_under_any_name(loss: str):
    d = rf"\frac{{\partial {loss}}}{{\partial %s}}"
    good = f"{d % 'tau_B^2'.replace('tau', chr(92) + 'tau')} = "
    good += rf"-\frac12 \sum_i {d % chr(92) + 'hat a_i'} (a_i - \mu) (\tau_B^2 + c)^{{-3/2}}".replace(
        rf"{d % chr(92)}hat a_i", d % r"\hat a_i"
    )
    assert last(BATCH, good) == "proved"
    assert last(BATCH, good.replace("-3/2", "-1/2")) == "refuted"


def test_the_root_of_a_square_that_is_defined():
    text = "Here $\\sigma^2 = \\frac1n \\sum_j a_j^2$ and $r_i = a_i / \\sigma$.\n\n"
    assert last(text, r"\frac{\partial r_i}{\partial \sigma} = -\frac{a_i}{\sigma^2}") == "proved"
    assert last(text, r"\frac{\partial r_i}{\partial \sigma^2} = -\frac{a_i}{2 \sigma^3}") == "proved"
    assert last(text, r"\frac{\partial r_i}{\partial \sigma^2} = -\frac{a_i}{\sigma^3}") == "refuted"


# samples


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial \ell}{\partial s} = p - y", "proved"),
        (r"\frac{\partial J}{\partial w} = \frac{1}{m} \sum_i (p^{(i)} - y^{(i)}) x^{(i)}", "conditional"),
        (r"\frac{\partial J}{\partial b} = \frac{1}{m} \sum_i (p^{(i)} - y^{(i)})", "proved"),
        (r"\frac{\partial J}{\partial b} = \frac{1}{m} \sum_i (y^{(i)} - p^{(i)})", "refuted"),
        (r"\frac{\partial J}{\partial b} = \sum_i (p^{(i)} - y^{(i)})", "refuted"),
    ],
)
def test_an_equation_for_one_example_holds_for_each(claim: str, verdict: str):
    assert last(SAMPLES, claim) == verdict


# time


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial E}{\partial v} = \sum_{t=1}^{3} e_t s_t", "proved"),
        (r"\frac{\partial E}{\partial v} = \sum_{t=1}^{3} e_t s_{t-1}", "refuted"),
        (r"\frac{\partial E}{\partial s_2} = v e_2 + r (1 - s_3^2) v e_3", "proved"),
        (r"\frac{\partial E}{\partial s_2} = v e_2", "refuted"),
        (r"\frac{\partial E}{\partial r} = \sum_{t=1}^{3} e_t v \frac{\partial s_t}{\partial r}", "proved"),
    ],
)
def test_numbered_steps_are_written_out(claim: str, verdict: str):
    assert last(STEPS, claim) == verdict


# derivatives of more than two axes


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial E}{\partial A} = \frac{\partial E}{\partial u} \frac{\partial u}{\partial A}", "proved"),
        (r"\frac{\partial u}{\partial A} = v^T", "conditional"),
        (r"\frac{\partial E}{\partial B} = \frac{\partial E}{\partial q} \frac{\partial q}{\partial B}", "proved"),
        (r"\frac{\partial E}{\partial q} \frac{\partial q}{\partial B} = (q - t) h^T", "conditional"),
        (r"\frac{\partial E}{\partial q} \frac{\partial q}{\partial B} = (t - q) h^T", "refuted"),
    ],
)
def test_chains_through_a_matrix(claim: str, verdict: str):
    assert last(LAYER, claim) == verdict


def test_what_is_not_the_part_off_the_zeros_is_never_proved():
    assert last(LAYER, r"\frac{\partial u}{\partial A} = c^T") in {"unread", "refuted"}


# names of gradients


@pytest.mark.parametrize(("claim", "verdict"), [("dw = x\\, dz", "proved"), ("dw = z\\, dz", "refuted")])
def test_dw_is_the_gradient_where_da_is(claim: str, verdict: str):
    text = "Let $z = w x + b$, $a = \\tanh(z)$, $L = \\frac12 (a - y)^2$.\n\n$$da = \\frac{dL}{da} = a - y$$\n\n"
    text += "$$dz = \\frac{dL}{dz} = (a - y)(1 - a^2)$$\n\n"
    assert last(text, claim) == verdict


def test_course_style_over_a_batch_is_never_refuted():
    text = (
        "$Z = W X + b$, $A = \\sigma(Z)$.\n\n$$dZ = A - Y$$\n\n$$dW = \\frac1m dZ "
        "X^T$$\n\n$$db = \\frac1m \\sum_i dz^{(i)}$$\n"
    )
    assert not {"refuted", "ill-shaped"} & set(verdicts(text))


def test_the_scale_of_a_loss_without_an_equation_is_named():
    text = (
        "$Z = W A$ with $W \\in \\mathbb{R}^{p \\times q}$, $A \\in \\mathbb{R}^{q \\times "
        "s}$.\n\n$$dZ = \\frac{\\partial L}{\\partial Z}$$\n\n"
    )
    row = check_text(f"{text}$$\\frac{{\\partial L}}{{\\partial W}} = \\frac1m dZ A^T$$\n", "a.md").rows[-1]
    assert row.verdict == "conditional" and row.condition is not None and row.condition.kind == "scale"
    assert last(text, r"\frac{\partial L}{\partial W} = \frac2m dZ A^T") == "refuted"


# shapes and letters


def test_a_row_makes_a_vector_of_what_stands_behind_it():
    text = "Let $w \\in \\mathbb{R}^n$ and $s = w^T x + b$, $E = \\frac12 (s - t)^2$.\n\n"
    assert last(text, r"\frac{\partial E}{\partial w} = (s - t) x") == "conditional"
    assert last(text, r"\frac{\partial E}{\partial w} = (s - t) w") == "refuted"


def test_layers_told_apart_by_an_index_letter():
    text = (
        "Units: $o_i = h(n_i)$, $n_j = \\sum_i w_{ji} o_i$, $y_k = \\sum_j w_{kj} o_j$ and $E "
        "= \\frac12 \\sum_k (y_k - t_k)^2$.\n\n"
    )
    rows = verdicts(f"{text}$$\\frac{{\\partial E}}{{\\partial o_j}} = \\sum_k (y_k - t_k) w_{{kj}}$$\n")
    assert "refuted" not in rows and "ill-shaped" not in rows


def test_a_small_t_above_is_the_transpose_where_t_is_nothing_else():
    text = "Let $f = x^t A x$ with $x \\in \\mathbb{R}^n$, $A \\in \\mathbb{R}^{n \\times n}$, and $B = A^t A$.\n\n"
    assert last(text, r"\nabla_x f = (A + A^t) x") == "conditional"
    assert last(text, r"\nabla_x f = 2 A x") == "refuted"


def test_a_letter_means_what_its_section_says():
    text = (
        "# One\n\nLet $x \\in \\mathbb{R}^n$, $f = x^T x$.\n\n$$\\nabla_x f = 2 x$$\n\n"
        "# Two\n\nNow numbers: $q = 3 s^2$.\n\n$$\\frac{\\partial q}{\\partial s} = 6 s$$\n\n"
        "# Three\n\n$$f = \\sin r$$\n\n$$\\frac{\\partial f}{\\partial r} = \\cos r$$\n"
    )
    rows = [row for row in check_text(text, "notes.md").rows if row.line > 14]
    assert [row.verdict for row in rows] == ["definition", "proved"]


def test_a_wrong_row_stays_wrong_across_sections():
    text = "# Model\n\n$y = w x + b$, $E = (y - t)^2$.\n\n# Gradient\n\n"
    assert last(text, r"\frac{\partial E}{\partial w} = (y - t) x") == "refuted"
    assert last(text, r"\frac{\partial E}{\partial w} = 2 (y - t) x") == "proved"


# what a row rests on alone

PLACES = "Let $M \\in \\mathbb{R}^{n \\times n}$. First $h = q r$.\n\n"


@pytest.mark.parametrize(
    ("elsewhere", "claim", "verdict"),
    [
        ("v = M q", r"\frac{\partial h}{\partial q} = r", "proved"),
        ("v = M q", r"\frac{\partial h}{\partial q} = q", "refuted"),
        ("v = q^T M q", r"\frac{\partial h}{\partial q} = r", "undecided"),  # no number, by what the text shows
    ],
)
def test_a_row_by_the_equations_that_it_rests_on(elsewhere: str, claim: str, verdict: str):
    found = [row.verdict for row in check_text(f"{PLACES}$${claim}$$\n\nThen $${elsewhere}$$\n", "notes.md").rows]
    assert found[1] == verdict


def test_an_abstract_loss_may_depend_on_all_that_uses_a_name():
    text = "Let $M \\in \\mathbb{R}^{n \\times n}$, $u = M g$, $z = g r$ and $s = g^2$.\n\n"
    assert last(text, r"\frac{\partial L}{\partial g} = \frac{\partial L}{\partial z} r") not in {
        "proved",
        "conditional",
    }


# numbers and letters that count layers

LAYERS = (
    "One layer is $h = f(V u + b)$. Two of them: $u_1 = f_1(V_1 u_0)$, $u_2 = f_2(V_2 u_1)$ and\n"
    "$E = \\frac12 \\|u_2 - t\\|^2$, with $\\delta_2 = (u_2 - t) \\circ f_2'(V_2 u_1)$.\n\n"
)


def test_a_number_below_a_transposed_letter_is_no_component():
    assert verdicts(LAYERS + r"$$q = V_2^T \delta_2$$")[0] == "definition"
    assert (
        last(LAYERS, r"\frac{\partial E}{\partial V_1} = [V_2^T \delta_2 \circ f_1'(V_1 u_0)] u_0^T") == "conditional"
    )
    wrong = last(LAYERS, r"\frac{\partial E}{\partial V_1} = [V_2^T \delta_2 \circ f_2'(V_1 u_0)] u_0^T")
    assert wrong not in {"proved", "conditional"}


def test_a_letter_that_is_counted_up_below_a_name_says_the_layer():
    text = (
        "Layer $i$ is $u_i = f_i(V_i u_{i-1})$.\n\n$$\\delta_i = V_{i+1}^T \\delta_{i+1} \\circ f_i'(V_i u_{i-1})$$\n"
    )
    assert verdicts(text) == ["definition", "definition"]
    summed = "With $u_i = x_{i+1} - x_i$ and $s = \\sum_{i=1}^{2} u_i$:\n\n$$s = u_1 + u_2$$\n"  # components
    assert verdicts(summed)[-1] == "proved"


# facts in words


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("For $a > 0$ we have $\\sqrt{a^2} = a$.", "proved"),
        ("Assume $a > 0$. Later, $\\sqrt{a^2} = a$.", "proved"),
        ("With $0 < a < 1$ it follows that $|1 - a| = 1 - a$.", "proved"),
        ("Now $\\sqrt{a^2} = a$ for $a > 0$.", "proved"),
        ("For $a > 0$ all is well. Here $\\sqrt{a^2} = a$.", "refuted"),
        ("For $a < 0$ we have $\\sqrt{a^2} = a$.", "refuted"),
    ],
)
def test_inequalities_hold_where_the_text_says_so(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict


# left open, with the reason


@pytest.mark.parametrize(
    "text",
    [
        "Set the derivative to zero and solve:\n\n$$(1 - p) s = p (n - s)$$\n",
        "The angle follows from $u_1 v_1 + u_2 v_2 = r q \\cos(\\theta)$.\n",
        "On the circle $\\cos(\\theta) = -1$.\n",
        "We write $h(x) = g(z)$ and $g(z) = g(k x)$.\n",
    ],
)
def test_relations_and_equations_to_be_solved_are_not_refuted(text: str):
    assert not {"refuted", "ill-shaped", "proved"} & set(verdicts(text))


def test_a_long_formula_between_single_dollars_is_named():
    checked = check_text("Here $a = 1 + " + "x + " * 1500 + "1$ stands.\n", "notes.md")
    assert "longer than the 5,000 characters" in checked.error


def test_counterexamples_do_not_depend_on_what_was_checked_before():
    text = "Let $a = g(z)$.\n\n$$\\frac{\\partial a}{\\partial z} = g(z)$$\n"
    first, _, again = (check_text(t, "a.md").rows[-1].counterexample for t in (text, "$f(x) = k(x)$", text))
    assert first == again and first is not None
    assert not any("document" in name for name in first)


def test_a_number_beside_a_vector_is_a_fault_only_by_what_is_declared():
    guessed = "The inputs $x_1, x_2$ make $s = \\sum_i x_i$.\n\nIn one dimension $r = k x + 1$.\n"
    assert "ill-shaped" not in verdicts(guessed)
    declared = "Let $x \\in \\mathbb{R}^n$ and $s = x^T x$.\n\n"
    assert last(declared, r"\nabla_x s = 2 x^T x") == "ill-shaped"


def test_a_new_name_at_the_end_of_a_chain_is_no_claim():
    text = (
        "$P = Q R$ with $Q \\in \\mathbb{R}^{n \\times n}$, $R \\in \\mathbb{R}^{n \\times "
        "h}$, $P \\in \\mathbb{R}^{n \\times h}$.\n\n"
    )
    chain = r"\frac{\partial L}{\partial R} = Q^T \frac{\partial L}{\partial P} = "
    assert last(text, chain + r"\zeta_1") == "definition"
    assert last(text, chain + "Q") in {"refuted", "ill-shaped"}


def test_what_a_function_is_that_is_only_named_cannot_be_refuted():
    assert last("", r"\log \rho(a_i) = a_i - \log \sum_n e^{a_n}") == "undecided"
    assert last("Let $h = g(a)$.\n\n", r"\frac{\partial h}{\partial a} = g(a)") == "refuted"


def test_decimals_in_a_matrix_may_be_rounded():
    row = r"\begin{bmatrix} 0.5 \\ 0.6 \end{bmatrix} (-0.299) = \begin{bmatrix} -0.149 \\ -0.179 \end{bmatrix}"
    assert last("", row) == "undecided"


def test_where_most_rows_do_not_fit_the_shapes_were_misread():
    text = "Let $x \\in \\mathbb{R}^n$ and $s = x^T x$.\n\n"
    one = "$$\\nabla_x s = 2 x^T x$$\n\n"
    assert verdicts(text + one)[-1] == "ill-shaped"
    assert verdicts(text + one + "$$\\nabla_x s = s$$\n\n" + "$$\\nabla_x s = 2 s$$\n")[-1] == "undecided"


def test_functions_that_a_number_below_tells_apart_are_two():
    text = "Two layers: $u = f_1(r)$ and $v = f_2(q u)$.\n\n"
    assert last(text, r"\frac{\partial v}{\partial r} = f_2'(q u) q f_1'(r)") == "proved"
    for claim in (r"\frac{\partial v}{\partial r} = f_1'(q u) q f_1'(r)", "f_1(r + 1) = f_2(r + 1)"):
        assert last(text, claim) not in {"proved", "conditional"}
    given = "With $f_1(x) = x^2$ and $f_2(x) = 3 x$:\n\n"
    assert last(given, "f_1(f_2(x)) = 9 x^2") == "proved"
    assert last(given, "f_2(f_1(x)) = 9 x^2") == "refuted"


def test_words_between_two_equality_signs_say_what_stands_before_them():
    text = "The loss is $J = \\text{cross entropy}(y, p) = -\\sum_i y_i \\log p_i$.\n\n"
    assert verdicts(text) == ["definition", "definition"]
    assert last(text, r"\frac{\partial J}{\partial p_i} = -\frac{y_i}{p_i}") == "proved"
    assert last(text, r"\frac{\partial J}{\partial p_i} = \frac{y_i}{p_i}") == "refuted"


def test_an_index_below_may_be_the_sample():
    text = "The model is $p = w r + b$ and $J = \\frac{1}{2m} \\sum_{i=1}^m (p_i - q_i)^2$.\n\n"
    assert last(text, r"\frac{\partial J}{\partial b} = \frac{1}{m} \sum_{i=1}^m (p_i - q_i)") == "proved"
    assert last(text, r"\frac{\partial J}{\partial b} = \frac{1}{m} \sum_{i=1}^m (q_i - p_i)") not in {
        "proved",
        "conditional",
    }
    assert last(text, r"\frac{\partial J}{\partial w} = \frac{1}{m} \sum_{i=1}^m (p_i - q_i) p_i") not in {
        "proved",
        "conditional",
    }


def test_a_fact_of_a_letter_with_another_number_of_indices_is_passed_over():
    text = "Assume $\\sum_{i=1}^m y_i = 1$. Later $J = \\frac{1}{2m} \\sum_{i=1}^m (w x^{(i)} - y^{(i)})^2$.\n\n"
    rows = check_text(f"{text}$$J = \\frac{{1}}{{2m}} \\sum_{{i=1}}^m (y^{{(i)}} - w x^{{(i)}})^2$$\n", "notes.md").rows
    assert not any("failed" in row.reason for row in rows)


def test_what_follows_an_arrow_is_set_there():
    text = "The rule is\n\n$$p \\geq 0.5 \\rightarrow y = 1$$\n$$p < 0.5 \\rightarrow y = 0$$\n"
    assert set(verdicts(text)) <= {"assumption", "none"}


LOWER = "Let $z^l = w^l a^{l-1} + b^l$, $a^l = \\sigma(z^l)$ and $\\delta^l = \\frac{\\partial C}{\\partial z^l}$.\n\n"


def test_small_weights_are_a_matrix_where_their_transpose_stands_in_an_entrywise_product():
    rows = [
        "\\delta^l = ((w^{l+1})^T \\delta^{l+1}) \\odot \\sigma'(z^l)",
        "\\frac{\\partial C}{\\partial w^l} = \\delta^l (a^{l-1})^T",
        "\\delta^l = (w^{l+1} \\delta^{l+1}) \\odot \\sigma'(z^l)",
    ]
    said = [row.verdict for row in check_text(LOWER + "\n\n".join(f"$${row}$$" for row in rows), "a.md").rows[3:]]
    assert said[:2] == ["conditional", "conditional"] and said[2] in {"refuted", "ill-shaped"}
