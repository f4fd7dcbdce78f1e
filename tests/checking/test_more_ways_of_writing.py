"""More ways of writing in public notes: arrays of three axes, functions of two arguments, sums, other meanings.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

PIECES = (
    "Let $A \\in \\mathbb{R}^{k \\times q \\times h}$ and $v \\in \\mathbb{R}^h$, with "
    "$s_{ij} = \\sum_{l=1}^{h} A_{ijl} v_l$.\n\n"
)


def verdicts(text: str) -> list[str]:
    return [row.verdict for row in check_text(text, "notes.md").rows]


def last(text: str, claim: str) -> str:
    return check_text(f"{text}$$\n{claim}\n$$\n", "notes.md").rows[-1].verdict


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial s_{ij}}{\partial v_l} = A_{ijl}", "proved"),
        (r"\frac{\partial s_{ij}}{\partial v_l} = 2 A_{ijl}", "refuted"),
        (r"\frac{\partial s_{ij}}{\partial A_{prt}} = \delta_{ip} \delta_{jr} v_t", "proved"),
        (r"\frac{\partial s}{\partial A} = v", "unread"),
    ],
)
def test_an_array_of_three_axes_is_read_by_its_components(claim: str, verdict: str):
    assert last(PIECES, claim) == verdict


def test_a_function_of_two_arguments_is_a_quantity():
    text = "Consider $f(u, v) = u v + v^2$.\n\n"
    assert last(text, r"\frac{\partial f}{\partial v} = u + 2 v") == "proved"
    assert last(text, r"\frac{\partial f(u, v)}{\partial u} = v") == "proved"
    assert last(text, r"\frac{\partial f}{\partial u} = u") == "refuted"


# another meaning, values of the place, names that nothing introduces: no refutation


@pytest.mark.parametrize(
    "text",
    [
        "A line is $q(u) = 3 u$. A curve is $q(u) = g(u)$ with $g(z) = \\frac{1}{1 + e^{-z}}$.\n",
        "The unit takes $v = w x + b$. Further on $v = c_0$ goes in.\n",
        "Consider $f(u, v) = u v$. At $u = 3$ and $v = -4$ we find $f(u, v) = -12$.\n",
        "Let $z = w x + b$ and $p = \\sigma(z)$ with the sigmoid. The cost is that of $\\sigma'(z) = d(1 - d)$.\n",
        "Here $a \\cdot b = \\sum_i a_i b_i = \\|a\\| \\|b\\| \\cos(\\varphi)$.\n",
    ],
)
def test_what_speaks_of_something_else_is_not_refuted(text: str):
    assert "refuted" not in verdicts(text)
    assert "ill-shaped" not in verdicts(text)


def test_a_wrong_second_equation_is_still_refuted():
    text = "Take $z = w x + b$ and $E = (z - t)^2$.\n\n"
    assert last(text, r"E = (z + t)^2") == "refuted"
    assert last(text, r"\frac{\partial E}{\partial z} = 3 (z - t)") == "refuted"
    assert last(text, r"\frac{\partial E}{\partial w} = 2 (z - t) w") == "refuted"
    assert last(text, r"\sigma'(z) = \sigma(z) (1 + \sigma(z))") != "proved"


def test_a_function_that_has_components_elsewhere_is_not_taken_entry_by_entry():
    text = (
        "With $s_{ij} = \\frac{e^{u_{ij}}}{\\sum_n e^{u_{in}}}$ the classes get probabilities.\n\n"
        "$$\\frac{\\partial s(u_{ij})}{\\partial u_{kl}} = \\delta_{ik} s(u_{ij}) (\\delta_{jl} - s(u_{il}))$$\n"
    )
    assert "refuted" not in verdicts(text)


def test_ones_with_a_letter_below_have_that_many_entries():
    text = (
        "Let $\\mathbf{v} \\in \\mathbb{R}^n$ and $\\mathbf{1}_m \\in \\mathbb{R}^m$ all ones, "
        "$\\mathbf{Y} = \\mathbf{v} \\mathbf{1}_m^T$.\n\n"
    )
    claim = r"\frac{\partial L}{\partial \mathbf{v}} = \frac{\partial L}{\partial \mathbf{Y}} \mathbf{1}_m"
    assert last(text, claim) == "conditional"


# sums and steps in other spellings


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\sum_{i=0}^{m-1} x_i = \sum_{i=1}^m x_i", "proved"),
        (r"\sum_{i=0}^{m-1} i x_i = \sum_{i=1}^m i x_i", "unread"),
        (r"\sum_{i,j} x_i y_j = \left(\sum_i x_i\right) \left(\sum_j y_j\right)", "proved"),
        (r"\sum_{i,j=1}^n x_i x_j = \left(\sum_{i=1}^n x_i\right)^2", "proved"),
        (r"\sum_{i,j=1}^n x_i x_j = \sum_{i=1}^n x_i^2", "refuted"),
        (r"\sum_{1 \le k \le n} x_k = \sum_{k=1}^n x_k", "proved"),
    ],
)
def test_sums_with_several_indices_or_counted_from_0(claim: str, verdict: str):
    assert last("", claim) == verdict


def test_a_letter_that_only_counts_is_an_index():
    text = "The outputs are $y_c = \\frac{e^{z_c}}{\\sum_{d=1}^C e^{z_d}}$.\n\n"
    assert last(text, r"\sum_{c=1}^C y_c = 1") == "proved"
    row = check_text(f"{text}$$\n\\sum_{{c=1}}^C 2 y_c = y_c\n$$\n", "notes.md").rows[-1]
    assert row.verdict == "refuted" and "k" not in row.suggestion
    assert "index k" not in (row.counterexample or {})


def test_a_step_in_parentheses_is_a_step_below():
    text = (
        "The state is $h(t) = \\tanh(u(t))$ with $u(t) = r h(t-1) + q x(t)$, and $o(t) = v h(t)$, "
        "$E(t) = \\frac12 (o(t) - d(t))^2$.\n\n"
    )
    assert last(text, r"\frac{\partial h(t)}{\partial u(t)} = 1 - h(t)^2") == "proved"
    assert last(text, r"\frac{\partial E(t)}{\partial h(t)} = (o(t) - d(t)) v") == "proved"
    assert last(text, r"\frac{\partial E(t)}{\partial h(t)} = (o(t) - d(t)) q") == "refuted"


def test_time_that_flows_is_no_step():
    text = "Let $s(t) = t^2$.\n\n"
    assert last(text, r"\frac{ds(t)}{dt} = 2 t") == "proved"


def test_a_condition_in_a_heading_holds_below_it():
    text = "The outputs are $p_j = \\frac{e^{u_j}}{\\sum_k e^{u_k}}$.\n\n### When $i \\neq j$\n\nHere we find\n\n"
    claim = r"\frac{\partial p_i}{\partial u_j} = - p_i p_j"
    assert last(text, claim) == "proved"
    assert last(f"{text}so far.\n\n### In general\n\n", claim) == "refuted"
    assert last(text, r"\frac{\partial p_i}{\partial u_j} = p_i p_j") == "refuted"


def test_a_condition_in_front_of_a_formula_with_a_colon_holds_for_its_chain():
    text = "The outputs are $y_c = \\frac{e^{z_c}}{\\sum_{d=1}^C e^{z_d}}$ for $c = 1, \\dots, C$.\n\n"
    claim = r"\text{if} \; i \neq j : \frac{\partial y_i}{\partial z_j} = - y_i y_j"
    assert last(text, claim) == "proved"
    assert last(text, claim.replace(r"\neq", "=")) == "refuted"
    assert last(text, r"\frac{\partial y_i}{\partial z_j} = - y_i y_j") == "refuted"


def test_a_letter_that_counts_elsewhere_is_a_vector_where_it_is_bold():
    text = r"""- $\mathbf{z} \in \mathbb{R}^{m \times 3}$, $\mathbf{r} \in \mathbb{R}^m$

$$r_i = \sqrt{\sum_{j=1}^{3} z_{ij}^2 + 1}, \qquad L = \sum_{i=1}^m r_i^3$$

$$\delta_{r_i} = \frac{\partial L}{\partial r_i}$$

$$\frac{\partial L}{\partial z_{ij}} = \sum_{k=1}^{m} \delta_{r_k} \frac{z_{kj} \mathbf{1}[i = k]}{r_k}
 = \delta_{r_i} \frac{z_{ij}}{r_i}$$
"""
    assert [r.verdict for r in check_text(text).rows][-2:] == ["proved", "proved"]


def test_a_quantity_may_be_called_d():
    left = r"\frac{\partial h}{\partial d}"
    text = rf"Let $h = e^{{-\gamma d}}$. $${left} = -\gamma h$$ $${left} = \gamma h$$"
    assert [r.verdict for r in check_text(text).rows][-2:] == ["proved", "refuted"]


def test_a_power_of_each_entry_may_be_a_fraction():
    text = r"""Let $\mathbf{s} \in \mathbb{R}^n$, $\mathbf{u} = \mathbf{s}^{\odot 1/2}$
and $\mathbf{v} = \mathbf{s}^{\odot -3/2}$.

$$\mathbf{u} \odot \mathbf{v} = \mathbf{s}^{\odot -1}$$
"""
    assert check_text(text).rows[-1].verdict == "proved"


def test_a_matrix_named_by_its_components_is_that_matrix():
    text = r"""Let $E, P, Y \in \mathbb{R}^{m \times n}$ with $E = P - Y$ and $L = \frac12 \sum_{i,j} E_{ij}^2$.

$$D_{ij} = \frac{\partial L}{\partial E_{ij}}$$ $$D_{ij} = E_{ij}$$ $$D^T = E^T$$ $$2 D = E$$
"""
    assert [r.verdict for r in check_text(text).rows][-4:] == ["definition", "proved", "proved", "refuted"]


SOFTMAX = "Let $p_i = \\frac{e^{z_i}}{\\sum_k e^{z_k}}$.\n\n"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial p_i}{\partial z_j} = -p_i p_j \quad (i \neq j)", "proved"),
        (r"\frac{\partial p_i}{\partial z_j} = -p_i p_j, \qquad (i \ne j).", "proved"),
        (r"\frac{\partial p_i}{\partial z_j} = p_i p_j \quad (i \neq j)", "refuted"),
    ],
)
def test_a_condition_in_parentheses_behind_a_wide_space_is_one(claim: str, verdict: str):
    rows = check_text(f"{SOFTMAX}$$\n{claim}\n$$\n", "notes.md").rows
    assert [r.verdict for r in rows if r.verdict in ("proved", "refuted", "unread", "undecided")] == [verdict]


@pytest.mark.parametrize(
    "said", ["$L = -\\sum_i y_i \\log p_i$, $\\sum_i y_i = 1$.", "$L = -\\sum_i y_i \\log p_i$.\n\n$$\\sum_i y_i = 1$$"]
)
def test_that_targets_add_up_to_one_is_taken_from_the_document(said: str):
    text = f"{SOFTMAX}The loss is {said}\n\n"
    assert last(text, r"\frac{\partial L}{\partial z_j} = p_j - y_j") == "proved"
    assert last(text, r"\frac{\partial L}{\partial z_j} = y_j - p_j") == "refuted"
    assert last(SOFTMAX, r"\sum_i p_i = 1") == "proved"


def test_a_section_that_gives_a_name_another_meaning_refutes_by_it():
    loss = "And $L = -\\sum_i y_i \\log p_i$, $\\sum_i y_i = 1$.\n\n"
    text = f"# Chains\n\nLet $L = h(b)$ and $b = x^2$.\n\n# Softmax\n\n{SOFTMAX}{loss}"
    assert last(text, r"\frac{\partial L}{\partial z_j} = p_j - y_j") == "proved"
    assert last(text, r"\frac{\partial L}{\partial z_j} = y_j - p_j") == "refuted"


GATES = r"""With $\mathbf{o} \in \mathbb{R}^3$ and $\mathbf{d} \in \mathbb{R}^3$:

$$a_{\mathrm{i},j} = \sum_{k=1}^{3} U_{\mathrm{i},jk} h_k$$

$$a_{\mathrm{o},j} = \sum_{k=1}^{3} U_{\mathrm{o},jk} h_k$$

$$i_j = \sigma(a_{\mathrm{i},j}), \qquad o_j = \sigma(a_{\mathrm{o},j}), \qquad c_j = o_j d_j + i_j$$

"""


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial a_{\mathrm{i},j}}{\partial U_{\mathrm{i},kl}} = \mathbf{1}[j = k] h_l", "proved"),
        (r"\frac{\partial c_j}{\partial a_{\mathrm{o},k}} = o_j (1 - o_j) d_j \mathbf{1}[j = k]", "conditional"),
        (r"\frac{\partial c_j}{\partial a_{\mathrm{o},k}} = i_j (1 - i_j) d_j \mathbf{1}[j = k]", "refuted"),
    ],
)
def test_an_upright_letter_below_says_which_gate_and_counts_nothing(claim: str, verdict: str):
    assert last(GATES, claim) == verdict


UPRIGHT = r"$z_\textrm{in} = 3 x$ and $a_\text{out} = \text{Exp}(z_\textrm{in})$."


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (r"\frac{\partial a_\text{out}}{\partial z_\textrm{in}} = a_{\text{out}}", "proved"),
        (r"\frac{\partial a_\text{out}}{\partial z_\textrm{in}} = a_{\text{out}}^2", "refuted"),
        (r"\operatorname{Log} a_\text{out} = z_\text{in}", "proved"),
        (r"\text{Log}(a_\text{out}) = 2 z_\text{in}", "refuted"),
        (r"\underbrace{\frac{\partial a_\text{out}}{\partial x}}_\textrm{the slope!} = 3 a_\text{out}", "proved"),
        (r"\underbrace{\frac{\partial a_\text{out}}{\partial x}}_\textrm{the slope!} = a_\text{out}", "refuted"),
    ],
)
def test_words_below_without_braces_and_functions_with_capitals(row: str, verdict: str) -> None:
    assert check_text(f"{UPRIGHT}\n\n$${row}$$\n", "text.md").rows[-1].verdict == verdict


@pytest.mark.parametrize(("sign", "verdict"), [("+", "proved"), ("-", "refuted")])
def test_a_sample_to_the_power_of_its_label_in_one_script(sign: str, verdict: str) -> None:
    likelihood = r"$$\ell = \log \prod_{i=1}^N q^{(i)\, t^{(i)}} (1 - q^{(i)})^{1 - t^{(i)}}$$"
    one = r"\ell = \sum_{i=1}^N \left( t^{(i)} \log q^{(i)}"
    logs = rf"$${one} {sign} (1 - t^{{(i)}}) \log(1 - q^{{(i)}}) \right)$$"
    assert check_text(f"{likelihood}\n\n{logs}\n", "text.md").rows[-1].verdict == verdict
