"""One row for each way of writing: TeX, and the tree that a person sees in it."""

from __future__ import annotations

import pytest

from deltarule.reading.statements import read_expression
from deltarule.reading.tokens import Unreadable
from deltarule.reading.tree import (
    Accent,
    At,
    Big,
    Call,
    Cases,
    Compare,
    Dots,
    Factors,
    Given,
    Group,
    Matrix,
    Name,
    Num,
    Partial,
    Ratio,
    Root,
    Scripted,
    Terms,
    Tree,
    Words,
)


def shown(tree: Tree | None) -> str:
    """A tree in one line: sums and products in braces, everything else by name."""
    match tree:
        case None:
            return "∅"
        case Num():
            assert tree.value.denominator >= 1
            return tree.text
        case Name(letter=letter, accents=accents, style=style):
            return "".join(f"{a}." for a in reversed(accents)) + (f"{style}:" if style else "") + letter
        case Accent(accent=accent, body=body):
            return f"{accent}[{shown(body)}]"
        case Scripted(base=base, sub=sub, sup=sup, primes=primes):
            below = f"_{shown(sub)}" if sub is not None else ""
            above = f"^{shown(sup)}" if sup is not None else ""
            return shown(base) + "'" * primes + below + above
        case Terms(items=items):
            return "{" + " ".join(f"{sign}{shown(item)}" for sign, item in items) + "}"
        case Factors(items=items):
            return "{" + " ".join(f"{operator} {shown(item)}".strip() for operator, item in items) + "}"
        case Group(kind=kind, items=items):
            return f"{kind}<{', '.join(map(shown, items))}>"
        case Given(of=of, by=by):
            return f"{shown(of)} given {', '.join(map(shown, by))}"
        case Ratio(numerator=numerator, denominator=denominator):
            return f"ratio[{shown(numerator)}; {shown(denominator)}]"
        case Root(degree=degree, body=body):
            return f"root[{shown(degree)}; {shown(body)}]"
        case Partial(symbol=symbol, of=of, by=by, order=order):
            return f"{symbol}{order}[{shown(of)}; {', '.join(map(shown, by))}]"
        case Big(kind=kind, index=index, upper=upper, body=body):
            return f"{kind}[{shown(index)}; {shown(upper)}; {shown(body)}]"
        case Call(function=function, argument=argument):
            return f"{shown(function)}@{shown(argument)}"
        case Matrix(kind=kind, rows=rows):
            return f"matrix{kind}" + "|".join(", ".join(map(shown, row)) for row in rows)
        case Cases(rows=rows):
            return (
                "cases["
                + "; ".join(
                    f"{shown(row.value)} / {row.words}: {', '.join(map(shown, row.conditions))}" for row in rows
                )
                + "]"
            )
        case Dots():
            return "..."
        case Words(text=text):
            return f'"{text}"'
        case Compare(sides=sides, relations=relations):
            parts = [shown(sides[0])]
            for relation, side in zip(relations, sides[1:], strict=True):
                parts += [relation.symbol, shown(side)]
            return "[" + " ".join(parts) + "]"
        case At(body=body, sub=sub):
            return f"at[{shown(body)}; {shown(sub)}]"
    raise AssertionError(tree)


CONSTRUCTS = [
    # derivatives
    (r"\frac{\partial L}{\partial w}", "∂1[L; w]"),
    (r"\frac{\partial{L}}{\partial{w}}", "∂1[L; w]"),
    (r"\dfrac{\partial L}{\partial \mathbf{W}^{(1)}}", "∂1[L; bold:W^(<1>]"),
    (r"\frac{\partial}{\partial z} (1+e^{-z})", "{∂1[∅; z] (<{+1 +e^{-z}}>}"),
    (r"\frac{d}{dx} f(x)", "{d1[∅; x] f (<x>}"),
    (r"\frac{dL}{dw}", "d1[L; w]"),
    (r"\frac{\mathrm{d} L}{\mathrm{d} w}", "d1[L; w]"),
    (r"\frac{\mathrm dy}{\mathrm dx}", "d1[y; x]"),
    (r"\frac{\text{d}y}{\text{d}x}", "d1[y; x]"),
    (r"\frac{d\left[ \frac{1}{\sigma(x)} \right]}{dx}", "d1[[<ratio[1; {sigma (<x>}]>; x]"),
    (r"\frac{\partial^2 L}{\partial w^2}", "∂2[L; w, w]"),
    (r"\frac{\partial^2 L}{\partial w_i \partial w_j}", "∂2[L; w_i, w_j]"),
    (r"\frac{d^2 y}{dx^2}", "d2[y; x, x]"),
    (r"\frac{\partial y_i^2}{\partial y_i^2}", "∂1[y_i^2; y_i^2]"),
    (r"\frac{-\partial L}{\partial w}", "{-∂1[L; w]}"),
    (r"\partial L/\partial w", "∂1[L; w]"),
    (r"\partial L / \partial w_{ij} \cdot x", "{∂1[L; w_{i j}] cdot x}"),
    (r"\partial^2 L/\partial w^2", "∂2[L; w, w]"),
    (r"\partial L/\partial a \partial a/\partial z", "{∂1[L; a] ∂1[a; z]}"),
    ("dL/dw x", "{d1[L; w] x}"),
    ("d/dx f", "{d1[∅; x] f}"),
    (r"\partial_w L", "∂1[L; w]"),
    (r"\nabla_w L", "∇1[L; w]"),
    (r"\nabla L", "∇1[L; ]"),
    (r"\nabla \ell(w)", "∇1[{ell (<w>}; ]"),
    (r"\nabla_{W, b} J(\theta)", "∇1[{J (<theta>}; W, b]"),
    (r"\nabla_a C \odot \sigma'(z)", "{∇1[C; a] odot sigma' (<z>}"),
    (r"\nabla_w \frac{1}{2} (y - p)^2", "∇1[{ratio[1; 2] (<{+y -p}>^2}; w]"),
    (r"\nabla^2 f", "∇2[f; ]"),
    (r"\nabla_w", "∇1[∅; w]"),
    (r"\frac{d_1}{d_2}", "ratio[d_1; d_2]"),
    (r"\frac{d}{n}", "ratio[d; n]"),
    (r"\frac{d W}{m}", "ratio[{d W}; m]"),
    (r"\frac{\delta_j}{\delta_k}", "ratio[delta_j; delta_k]"),
    (r"d/d_1", "{d / d_1}"),
    (r"\pdv{L}{w}", "∂1[L; w]"),
    (r"\dv[2]{y}{x}", "d2[y; x, x]"),
    ("dw1", "{d w 1}"),
    (r"\sigma'(z)", "{sigma' (<z>}"),
    ("g’(x)", "{g' (<x>}"),
    ("f''", "f''"),
    (r"f^{\prime}(x)", "{f' (<x>}"),
    (r"f^\prime_i", "f'_i"),
    (r"(1 - x)'", "(<{+1 -x}>'"),
    (r"[\sigma(x)^{-1}]'", "[<{sigma (<x>^{-1}}>'"),
    (r"\sigma '(x)", "{sigma' (<x>}"),
    # sums
    (r"\sum_k y_k", "sum[k; ∅; y_k]"),
    (r"\sum_{i=1}^n w_i x_i + b", "{+sum[[i = 1]; n; {w_i x_i}] +b}"),
    (r"\sum w_i x_i", "sum[∅; ∅; {w_i x_i}]"),
    (r"\sum\limits_{k \neq i} a_k", r"sum[[k \ne i]; ∅; a_k]"),
    (r"\Sigma_{i=1}^n x_i", "sum[[i = 1]; n; x_i]"),
    (r"\Sigma_i x", "{Sigma_i x}"),
    (r"\sum_i \sum_j a_{ij}", "sum[i; ∅; sum[j; ∅; a_{i j}]]"),
    (r"\sum_{i,j} a", "sum[<i, j>; ∅; a]"),
    (r"\sum_{\substack{i=1 \\ i \ne j}}^n a_i", r"sum[<[i = 1], [i \ne j]>; n; a_i]"),
    (r"-\frac{1}{m}\sum_{i=1}^m -y_i", "{-{ratio[1; m] sum[[i = 1]; m; {-y_i}]}}"),
    (r"\prod_{l=1}^{L} W^{l}", "prod[[l = 1]; L; W^l]"),
    (r"∑_k y_k", "sum[k; ∅; y_k]"),
    (r"\mathbb{E}_{x}[f(x)]", "E[x; ∅; [<{f (<x>}>]"),
    (r"\mathbb{E}[x] y", "{E[∅; ∅; [<x>] y}"),
    (r"\max_j z_j", "max[j; ∅; z_j]"),
    (r"\arg\max_{i} (a_i) b", "{argmax[i; ∅; (<a_i>] b}"),
    (r"\underset{\theta}{\operatorname{argmin}} J", "argmin[theta; ∅; J]"),
    # sizes and spaces
    (r"\left( x \right)", "(<x>"),
    (r"\Bigl[ x \Bigr]", "[<x>"),
    (r"\big( x \big)\,y \; z", "{(<x> y z}"),
    (r"\displaystyle x \! y ~ z", "{x y z}"),
    (r"x \quad y", "{x y}"),
    # ellipses
    (r"x_1, \dots, x_n", "<x_1, ..., x_n>"),
    (r"1 + \cdots + n", "{+1 +... +n}"),
    ("(1, …, n)", "(<1, ..., n>"),
    # products
    (r"y(1-y)", "{y (<{+1 -y}>}"),
    (r"a \cdot b", "{a cdot b}"),
    (r"a \times b", "{a times b}"),
    (r"a * b", "{a * b}"),
    (r"a \odot b \circ c \otimes d", "{a odot b circ c otimes d}"),
    (r"a / b c", "{a / b c}"),
    (r"a \cdot -b", "{a cdot {-b}}"),
    ("2x", "{2 x}"),
    ("0.5 x", "{0.5 x}"),
    ("a ⊙ b · c", "{a odot b cdot c}"),
    (r"-x", "{-x}"),
    (r"- -x", "{-{-x}}"),
    (r"a \pm b", "{+a ±b}"),
    (r"\frac12 x", "{ratio[1; 2] x}"),
    (r"\frac1{12}", "ratio[1; 12]"),
    (r"{a \over b}", "ratio[a; b]"),
    ("½ x", "{ratio[1; 2] x}"),
    (r"\sqrt{x} + \sqrt[3]{y}", "{+root[∅; x] +root[3; y]}"),
    # transposes, powers
    (r"w^T x", "{w^T x}"),
    (r"W^\top x", "{W^top x}"),
    ("Wᵀx", "{W^T x}"),
    ("W^t x", "{W^t x}"),
    (r"h^{(1)T}", "h^{(<1> T}"),
    (r"\left(\frac{\partial L}{\partial z} \right)^T", "(<∂1[L; z]>^T"),
    (r"x^12", "{x^1 2}"),
    ("x²", "x^2"),
    ("x^{-1}", "x^{-1}"),
    (r"w^*", "w^*"),
    (r"x^{T-1}", "x^{+T -1}"),
    # vectors, matrices
    (r"\mathbf{w}", "bold:w"),
    (r"\boldsymbol{\theta}", "bold:theta"),
    (r"\bm\theta", "bold:theta"),
    (r"\mathbf x", "bold:x"),
    (r"{\bf x} y", "{bold:x y}"),
    (r"\mathbf{Wx}", "{bold:W bold:x}"),
    ("𝐱", "bold:x"),
    (r"\vec{x}", "vec.x"),
    (r"\vec x_1", "vec.x_1"),
    (r"\mathcal{L}", "cal:L"),
    (r"\mathbb{R}^{n \times m}", "bb:R^{n times m}"),
    (r"\mathbf{1}", "bold:1"),
    (r"\begin{bmatrix} x_1 \\ x_2 \end{bmatrix}", "matrix[x_1|x_2"),
    (r"\begin{pmatrix} a & b \\ c & d \\ \end{pmatrix}", "matrix(a, b|c, d"),
    (r"\left[ \begin{array}{cc} a & b \\ c & d \end{array} \right]", "matrix[a, b|c, d"),
    (r"\begin{bmatrix} a & \cdots \\ & b \end{bmatrix}^T", "matrix[a, ...|∅, b^T"),
    (r"[w_1, w_2]", "[<w_1, w_2>"),
    # functions
    (r"y \log \hat{y}", "{y log@hat.y}"),
    (r"\log \hat y + 1", "{+log@hat.y +1}"),
    (r"\log(1-\hat{y}) x", "{log@(<{+1 -hat.y}> x}"),
    (r"\log x y", "log@{x y}"),
    (r"\log x \cdot y", "{log@x cdot y}"),
    (r"\log \frac{a}{b} c", "{log@ratio[a; b] c}"),
    (r"\log p(x) y", "{log@{p (<x>} y}"),
    (r"\log \log x", "log@log@x"),
    (r"\log \sum_i e^{z_i}", "log@sum[i; ∅; e^z_i]"),
    (r"\log_2 x", "log_2@x"),
    (r"\tanh^2 z", "tanh^2@z"),
    (r"\tanh(z)^2", "tanh@(<z>^2"),
    (r"\tanh' z", "tanh'@z"),
    (r"y log a", "{y log@a}"),
    ("softmax(z)_i", "softmax@(<z>_i"),
    (r"\text{softmax}(z)", "softmax@(<z>"),
    (r"\operatorname{ReLU}(a)", "ReLU@(<a>"),
    (r"\mathrm{ReLU}(a)", "ReLU@(<a>"),
    ("max(0, x)", "max@(<0, x>"),
    (r"\max\{0, x\}", "max@{<0, x>"),
    (r"\sigma(w^T x + b)", "{sigma (<{+{w^T x} +b}>}"),
    (r"\exp(-z)", "exp@(<{-z}>"),
    (r"\operatorname{diag}(x)", "diag@(<x>"),
    (r"\text{sg}(x)", "{rm:sg (<x>}"),
    (r"\tanh", "tanh"),
    # layers, samples, time
    (r"a^{(l)}_j", "a_j^(<l>"),
    (r"W^{[l]}", "W^[<l>"),
    (r"h^{<t>}", "h^<<t>"),
    (r"h^{\langle t-1 \rangle}", "h^<<{+t -1}>"),
    (r"h^{(1)}_{t-1}", "h_{+t -1}^(<1>"),
    ("a^l", "a^l"),
    ("x_{i}^{(l+1)}", "x_i^(<{+l +1}>"),
    ("w_{11}", "w_11"),
    (r"w_{i,j}", "w_<i, j>"),
    ("x_{:,j}", "x_<:, j>"),
    (r"W_{i\cdot}", "W_{i cdot}"),
    (r"W_{\cdot j}", "W_{cdot j}"),
    ("x₁ + x₂", "{+x_1 +x_2}"),
    (r"\theta_{\text{new}}", "theta_rm:new"),
    (r"\theta_\mathrm{old}", "theta_rm:old"),
    ("net_{h1}", "rm:net_{h 1}"),
    ("{ x }_{ 1 }", "x_1"),
    # prediction
    (r"\hat{y}", "hat.y"),
    (r"\hat y_i", "hat.y_i"),
    (r"\hat{y_i}", "hat.y_i"),
    (r"\hat{\mathbf{y}}", "hat.bold:y"),
    (r"\mathbf{\hat y}", "hat.bold:y"),
    ("ŷ", "hat.y"),
    (r"\overline{x + y}", "bar[{+x +y}]"),
    (r"\tilde{\bar{x}}", "tilde.bar.x"),
    (r"h_\theta(x)", "{h_theta (<x>}"),
    # pieces
    (
        r"\begin{cases} 1 & \text{if } a > 0 \\ 0 & \text{otherwise} \end{cases}",
        "cases[1 / if: [a > 0]; 0 / otherwise: ]",
    ),
    (r"\begin{cases} x, & x \geq 0 \\ 0, & x < 0 \end{cases}", r"cases[x / : [x \ge 0]; 0 / : [x < 0]]"),
    (
        r"\left\{ \begin{array}{ll} 1 & i = j \\ 0 & i \ne j \end{array} \right.",
        r"cases[1 / : [i = j]; 0 / : [i \ne j]]",
    ),
    (r"\begin{cases} 1 \text{ if $i=j$} \\ 0 \text{ else} \end{cases}", "cases[1 / if: [i = j]; 0 / else: ]"),
    (r"\mathbf{1}[i = j]", "{bold:1 [<[i = j]>}"),
    (r"\mathbb{1}\{y = k\}", "{bb:1 {<[y = k]>}"),
    (r"\delta_{ij}", "delta_{i j}"),
    (r"\underbrace{x + y}_{\text{words}}", "{+x +y}"),
    (r"\boxed{x}", "x"),
    (r"\textcolor{red}{x} y", "{x y}"),
    (r"\color{blue} x", "x"),
    (r"\theta{_k}", "theta_k"),
    (r"{y}{_{k}} x{_i}{^2}", "{y_k x_i^2}"),
    (r"\cancel{x} y", "{x y}"),
    # brackets
    (r"|x|", "|<x>"),
    (r"\|w\|^2", "||<w>^2"),
    (r"\lVert w \rVert_2", "||<w>_2"),
    (r"\left| x \right|", "|<x>"),
    (r"p(y \mid x, w)", "{p (<y given x, w>}"),
    ("p(y|x)", "{p (<y given x>}"),
    (r"\{x_1, x_2\}", "{<x_1, x_2>"),
    (r"\langle x, y \rangle", "<<x, y>"),
    ("[0, 1)", "[)<0, 1>"),
    ("(0, 1]", "(]<0, 1>"),
    (r"f(x; w, b)", "{f (<x, w, b>}"),
    (r"\left. f \right|_{x=0}", "at[f; [x = 0]]"),
    (r"f(x)|_{x=0}", "{f at[(<x>; [x = 0]]}"),
    (r"\hat{y}(x, w)", "{hat.y (<x, w>}"),
    (r"\{x \in A \mid x > 0\}", r"{<[x \in A] given [x > 0]>"),
    # names
    ("ε + φ", "{+epsilon +phi}"),
    (r"\varepsilon", "varepsilon"),
    (r"\ell", "ell"),
    ("delta_1", "delta_1"),
    (r"\text{cross entropy}", '"cross entropy"'),
    ("loss_1", "rm:loss_1"),
]


@pytest.mark.parametrize(("tex", "tree"), CONSTRUCTS)
def test_a_construct_has_the_tree_that_people_see(tex: str, tree: str) -> None:
    assert shown(read_expression(tex)) == tree


REFUSED = [
    ("x^-1", "braces", 2),
    ("x^a^b", "two exponents", 3),
    ("(a + b", "not closed", 0),
    ("a + b)", "closes nothing", 5),
    ("{a + b} c", "parentheses", 0),
    ("{a b}^2", "parentheses", 0),
    (r"\foo + 1", r"\foo", 0),
    ("a + ", "breaks off", 2),
    ("a + * b", "operator", 4),
    (r"\frac{a}{}", "nothing above or below", 9),
    (r"\sum_i", "of nothing", 5),
    (r"a \text{ or } b", "words", 2),
    (r"\frac{\partial L \partial y}{\partial y \partial x}", "product of derivatives", 6),
    (r"\frac{\partial^n L}{\partial w^n}", "order", 14),
    ("2!", "'!'", 1),
    (r"\begin{foo} x \end{foo}", "foo", 0),
    (r"\left( x \right.", "left out", 9),
    ("", "empty", 0),
]


@pytest.mark.parametrize(("tex", "reason", "offset"), REFUSED)
def test_what_cannot_be_read_is_refused_with_its_place(tex: str, reason: str, offset: int) -> None:
    with pytest.raises(Unreadable) as caught:
        read_expression(tex)
    assert reason in caught.value.message
    assert caught.value.offset == offset
