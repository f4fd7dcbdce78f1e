"""Notation of public lecture notes: probabilities under their own names, commands of files that are not there, slips.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text


def verdicts(text: str) -> list[str]:
    return [row.verdict for row in check_text(text, "notes.md").rows]


BERNOULLI = "Let $P(t=1 \\mid u; w) = p$ with $p = \\frac{1}{1 + e^{-wu}}$ and $P(t=0 \\mid u; w) = 1 - p$.\n\n"
LIKELIHOOD = "The likelihood is $L = \\prod_{i=1}^m p(t^{(i)} \\mid u^{(i)}; w)$.\n\n"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (BERNOULLI + r"$$P(t = 0 | u; w) + P(t = 1 | u; w) = 1$$", "proved"),
        (BERNOULLI + r"$$P(t=0 | u; w) = \frac{1}{1 + e^{wu}}$$", "proved"),
        (BERNOULLI + r"$$P(t=0 | u; w) = P(t=1 | u; w)$$", "refuted"),
        (r"$$P(a=1 | b) + P(a=0 | b) = 1$$", "undecided"),  # other words are another quantity
        (LIKELIHOOD + r"$$\log L = \sum_{i=1}^m \log p(t^{(i)} \mid u^{(i)}; w)$$", "proved"),
        (LIKELIHOOD + r"$$\log L = \sum_{i=1}^m \log p(u^{(i)} \mid t^{(i)}; w)$$", "undecided"),
        (r"$N = \sum_{i=1}^m 1\{t^{(i)} = 1\}$ and $$2 N = \sum_{i=1}^m 2 \cdot 1\{t^{(i)} = 1\}$$", "proved"),
        (r"$N = \sum_{i=1}^m 1\{t^{(i)} = 1\}$ and $$N = \sum_{i=1}^m 1\{t^{(i)} = 1\}^2$$", "undecided"),  # 0 or 1
    ],
)
def test_a_probability_is_the_same_where_it_has_the_same_words(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (r"$\lossOf = \inputOf + 1$ and $\inputOf = 2 x$, so $$\lossOf = 2 x + 1$$", "proved"),
        (r"$\lossOf = \inputOf + 1$ and $\inputOf = 2 x$, so $$\lossOf = 2 x - 1$$", "refuted"),
        (r"$$a \ostar b = b \ostar a$$", "unread"),  # may be any operation
        (r"$$\frac{x}{2}{} + \frac{x}{2}{} = x$$", "proved"),
        (r"$a = b + 1 \newline a - 1 = b$", "proved"),
        ("A slip\x02 of copying: $u = 2 v$, $$u - v = v$$", "proved"),
    ],
)
def test_commands_of_other_files_and_slips_are_read(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict


LOSS = "The loss is $q(p) = s \\ln p + (n - s) \\ln(1 - p)$ for a probability $0 < p < 1$.\n\n"
SUMMED = "Let $\\varsigma$ be the softmax and $a_c = \\varsigma(u)_c$ for $c = 1, \\dots, C$.\n\n"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (LOSS + r"To find the optimum set $\frac{dq}{dp} = 0$.", "undecided"),
        (LOSS + r"Its slope is $$\frac{dq}{dp} = 0$$", "refuted"),
        (LOSS + r"$$\frac{dq}{dp} = \frac{s}{p} - \frac{n - s}{1 - p}$$", "proved"),
        ("Let $s$ be one of these. $$s(z)_i = z_i^2$$", "undecided"),  # s may be a function
        (SUMMED + r"$$a_c = \frac{e^{u_c}}{\sum_{d=1}^C e^{u_d}}$$", "proved"),
        (SUMMED + r"The class is $t = c$. $$t_1 = 1 - t_2$$", "definition"),  # no value of t
        (r"The odds of each class are $P(t = k \mid u) = a_k$ with $a_k = \frac{e^{u_k}}{\sum_j e^{u_j}}$."
         r"$$\sum_k P(t=k \mid u) = 1$$", "proved"),
    ],
)  # fmt: skip
def test_what_is_set_and_what_may_be_a_function_is_not_refuted(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict


NORMAL = "Let $X \\in \\mathbb{R}^{m \\times n}$, $y \\in \\mathbb{R}^m$ and $w = (X^T X)^{-1} X^T y$.\n\n"
SQUARE = "Let $S \\in \\mathbb{R}^{n \\times n}$ with the determinant $|S|$.\n\n"
QUERIES = (
    "Attention: $Q \\in \\mathbb{R}^{n \\times d}$, $K \\in \\mathbb{R}^{m \\times d}$, "
    "$V \\in \\mathbb{R}^{m \\times p}$, "
    "$A = \\text{softmax}(Q K^T)$, $O = A V$.\n\n"
)
TWO = "Consider $f(u, v) = \\log(e^u + e^v)$ and $g(w) = w^T B w$ for $w \\in \\mathbb{R}^n$.\n\n"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (NORMAL + r"$$X^T (X w - y) = 0$$", "proved"),
        (NORMAL + r"$$X w = y$$", "refuted"),
        (SQUARE + r"$$\det(S^{-1}) = \frac{1}{|S|}$$", "proved"),
        (SQUARE + r"$$\det(S^{-1}) = |S|$$", "refuted"),
        (SQUARE + r"$$\frac{\partial}{\partial S} \log |S| = S^{-T}$$", "conditional"),
        (SQUARE + r"$$(S^2)^{-1} = S^{-1} S^{-1}$$", "proved"),
        (QUERIES + r"$$\sum_j A_{ij} = 1$$", "proved"),
        (QUERIES + r"$$\sum_i A_{ij} = 1$$", "refuted"),
        (QUERIES + r"$$\text{Attention}(Q, K, V) = \text{softmax}(Q K^T) V$$", "definition"),
        (r"Let $Z = X W$ with $X \in \mathbb{R}^{m \times n}$, $W \in \mathbb{R}^{n \times k}$. "
         r"$$A = \text{softmax}(Z)$$",
         "definition"),  # over each row, as the samples lie
        (TWO + r"$$\nabla f = \left[\frac{\partial f}{\partial u}, \frac{\partial f}{\partial v}\right]$$",
         "conditional"),
        (TWO + r"$$\nabla g = (B + B^T) w$$", "conditional"),
        (TWO + r"$$\nabla g = 2 B w$$", "refuted"),
        (TWO + r"$$\nabla q = 0$$", "unread"),
    ],
)  # fmt: skip
def test_square_matrices_attention_and_gradients_of_what_has_arguments(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict


FORM = "Let $q = u^T B u$ and $p = -\\frac12 (x - \\mu)^T \\Sigma^{-1} (x - \\mu)$.\n\n"
COVARIANCE = "With the covariance matrix $\\Sigma$ let $p = -\\frac12 (x - \\mu)^T \\Sigma^{-1} (x - \\mu)$.\n\n"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (FORM + r"$$\nabla_u q = 2 B u$$", "refuted"),  # B is a matrix, and not said to be symmetric
        (FORM + r"$$\nabla_u q = (B + B^T) u$$", "conditional"),
        (FORM + r"$$\nabla_\mu p = \frac12 (\Sigma^{-1} + \Sigma^{-T}) (x - \mu)$$", "conditional"),
        (COVARIANCE + r"$$\nabla_\mu p = \Sigma^{-1} (x - \mu)$$", "conditional"),
        (COVARIANCE + r"$$\nabla_\mu p = -\Sigma^{-1} (x - \mu)$$", "refuted"),
    ],
)
def test_a_capital_between_two_vectors_is_a_matrix(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict


CODE = "The unit takes `z = w x + b`, `p = 1/(1 + exp(-z))`, and `L = -y log(p) - (1 - y) log(1 - p)`.\n\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (CODE + "- `dL/dz = p - y`\n- `∂L/∂w = (y − p) x`\n", ["definition"] * 3 + ["proved", "refuted"]),
        (CODE + "Then `f(x=1)`, `w1 = w2`, `lr = 0.1`, `a == b`, `a.b = c`, `n //= 2` run.\n", ["definition"] * 3),
        ("```\n`a = b`\n```\n\nHere `u = 2 v` and `u - v = v`.\n", ["definition", "proved"]),
        ("Here `u = 2 v` is code beside $w = 3 v$.\n", ["definition"]),  # formulas are written otherwise
    ],
)
def test_formulas_in_code_spans_are_read_where_a_text_has_no_others(text: str, found: list[str]):
    assert verdicts(text) == found


CLASSES = "Let $p_k = \\frac{e^{f_k}}{\\sum_j e^{f_j}}$ and $d = W^T u$ with $W \\in \\mathbb{R}^{2 \\times 2}$.\n\n"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{e^{f_k}}{S} \frac{S - e^{f_k}}{S} = p_k (1 - p_k)", "undecided"),  # S is the sum, which is not said
        (r"\frac{e^{f_k}}{\sum_j e^{f_j}} (1 - p_k) = p_k (1 + p_k)", "refuted"),
        (r"W^T u = [0.25, 0.5]", "undecided"),  # a column, written in a row
        (r"0.5 \cdot [0.5 \;\; 1.5] = [0.25, 0.75]", "undecided"),
    ],
)
def test_a_name_that_nothing_gives_and_lists_of_numbers_refute_nothing(claim: str, verdict: str):
    assert verdicts(f"{CLASSES}$$\n{claim}\n$$\n")[-1] == verdict


def test_a_formula_behind_a_subject_in_words_goes_on_with_no_other():
    text = (
        "Here $a = 0.5$ and $b = 2 a$, biases $= 0$. The product $= 0.2 \\cdot 0.5 = 0.1$. With $u = v^2$, so $= v v$."
    )
    assert verdicts(text) == ["definition", "definition", "definition", "definition", "proved", "definition", "proved"]


CATALOGUE = "One loss is $L = (y - p)^2$ with $p = 1.5$ and $y = 2$. Another one is $L = 2 |y - p|$.\n\n"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (CATALOGUE + "In this example $L = 0.75$.", "undecided"),  # of which of the two
        ("The loss is $L = (y - p)^2$ with $p = 1.5$ and $y = 2$: $L = 0.75$.", "refuted"),
        (r"$\cosh(0.5) = 1.1276$", "none"),
        (r"$\cosh(0.5) = 1.1376$", "refuted"),
    ],
)
def test_a_value_is_compared_with_the_one_equation_there_is(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict


SOFTMAX = "For $K$ classes $p_i = \\frac{e^{z_i}}{\\sum_k e^{z_k}}$ and $h_i = \\max(0, a_i)$.\n\n"


@pytest.mark.parametrize("one", [r"\mathbf{1}_{%s}", r"\mathbb{1}_{\{%s\}}", "1_{%s}", r"\mathbb{I}_{[%s]}"])
@pytest.mark.parametrize(
    ("row", "condition", "verdict"),
    [
        (r"\frac{\partial p_i}{\partial z_j} = p_i (%s - p_j)", "i=j", "proved"),
        (r"\frac{\partial p_i}{\partial z_j} = p_i (%s + p_j)", "i=j", "refuted"),
        (r"\frac{\partial p_i}{\partial z_j} = p_i (%s - p_j)", r"i \neq j", "refuted"),
        (r"\frac{\partial h_i}{\partial a_i} = %s", "a_i > 0", "proved"),
        (r"\frac{\partial h_i}{\partial a_i} = %s", "a_i < 0", "refuted"),
    ],
)
def test_an_indicator_may_have_its_condition_below(one: str, row: str, condition: str, verdict: str):
    assert verdicts(SOFTMAX + f"$${row % (one % condition)}$$")[-1] == verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (r"Let $u \in \mathbb{R}^n$ and $s = u^T u$. $$\nabla_u s = 2 u^T u$$", "ill-shaped"),  # u is declared
        (r"Let $s = \mathbf{u}^T \mathbf{u}$. $$\nabla_{\mathbf{u}} s = 2 \mathbf{u}^T \mathbf{u}$$", "ill-shaped"),
        (r"With $s = \sum_i u_i c$ the sum is $$s + u = 2 s$$", "undecided"),  # u may be a number elsewhere
    ],
)
def test_a_number_beside_a_vector_is_a_fault_where_its_names_are_known(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict


MARGINS = (
    "Examples $(x_n, t_n)$, $x_n \\in \\mathbb{R}^D$, $t_n \\in \\{-1, +1\\}$, $a_n = w^T x_n$, $m_n = t_n a_n$, "
    "$\\sigma(u) = \\frac{1}{1 + e^{-u}}$ and $E = \\sum_{n=1}^N \\ln(1 + e^{-m_n})$.\n\n"
)
CODES = "Let $y_n = \\frac{1 + t_n}{2}$ and $p_n = \\sigma(a_n)$.\n\n"
HESSIAN = r"$$\frac{\partial^2 E}{\partial w_j \partial w_k} = \sum_n %s \sigma(m_n) \sigma(-m_n) x_{nj} x_{nk}$$"


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ("$$t_n^2 = 1$$", "proved"),
        ("$$t_n^3 = t_n$$", "proved"),
        ("$$t_n^3 = 1$$", "refuted"),
        (HESSIAN % "", "proved"),  # where t² is 1 in a sum
        (CODES + r"$$-\sigma(-m_n) t_n = p_n - y_n$$", "proved"),
        (CODES + r"$$-\sigma(-m_n) t_n = y_n - p_n$$", "refuted"),
    ],
)
def test_labels_of_samples_have_their_two_values(row: str, verdict: str):
    assert verdicts(MARGINS + row)[-1] == verdict


def test_a_label_in_a_sum_is_not_its_square():
    assert verdicts(MARGINS + HESSIAN % "t_n")[-1] not in {"proved", "conditional"}


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        (r"R u = \mathrm{diag}(r_1, \dots, r_n) u", True),
        (r"R u = \mathrm{diag}(r_1, \dots, r_n) v", False),
        (r"\frac{\partial h}{\partial a} = \operatorname{diag}(\tanh'(a_1), \ldots, \tanh'(a_n))", True),
        (r"\frac{\partial h}{\partial a} = \operatorname{diag}(\tanh(a_1), \ldots, \tanh(a_n))", False),
    ],
)
def test_a_diagonal_may_be_listed_with_dots(row: str, holds: bool):
    text = "Let $a, r, u, v \\in \\mathbb{R}^n$, $R = \\mathrm{diag}(r)$ and $h = \\tanh(a)$.\n\n"
    assert (verdicts(f"{text}$${row}$$")[-1] in {"proved", "conditional"}) == holds
