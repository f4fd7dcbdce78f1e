"""What characters stand for, one by one or in runs such as `<=`: tables of ASCII, Unicode and HTML's entities."""
# ruff: noqa: E501 - long lists of characters read better as text

from __future__ import annotations

__all__ = ["COMBINING", "COMPOUND", "ENTITIES", "SINGLE", "SUBSCRIPTS", "SUPERSCRIPTS", "UNICODE"]

ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "nbsp": " ", "quot": "''", "#39": "'", "#x27": "'", "minus": "-",
            "times": "\\times ", "sdot": "\\cdot "}  # fmt: skip
COMPOUND = (
    ("...", "dots", ""), (".*", "op", "odot"), (":=", "relation", ":="), ("=:", "relation", "=:"),
    ("<=>", "connective", "\\iff"),
    ("=>", "connective", "\\Rightarrow"), ("==", "relation", "=="), ("<=", "relation", "\\le"),
    (">=", "relation", "\\ge"), ("!=", "relation", "\\ne"), ("->", "relation", "\\to"), ("+=", "relation", "+="),
    ("-=", "relation", "-="), ("*=", "relation", "*="), ("/=", "relation", "/="),
)  # fmt: skip
SINGLE = {
    "+": ("op", "+"), "-": ("op", "-"), "*": ("op", "*"), "/": ("op", "/"), "=": ("relation", "="),
    "<": ("relation", "<"), ">": ("relation", ">"), ",": ("comma", ","), ";": ("semicolon", ";"), ":": ("colon", ":"),
    ".": ("period", "."), "'": ("prime", "'"), "^": ("^", "^"), "_": ("_", "_"), "&": ("&", "&"),
}  # fmt: skip
COMBINING = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "bar", "\u0307": "dot", "\u0308": "ddot",
             "\u20d7": "vec", "\u030c": "check", "\u0306": "breve"}  # fmt: skip
UNICODE = {
    "∂": "\\partial ", "𝜕": "\\partial ", "∇": "\\nabla ", "∑": "\\sum ", "∏": "\\prod ", "∫": "\\int ", "√": "\\sqrt ",
    "∞": "\\infty ", "≤": "\\le ", "⩽": "\\le ", "≥": "\\ge ", "⩾": "\\ge ", "≠": "\\ne ", "≈": "\\approx ",
    "≃": "\\approx ", "≡": "\\equiv ", "∝": "\\propto ", "←": "\\leftarrow ", "⟵": "\\leftarrow ", "→": "\\to ",
    "⟶": "\\to ", "↦": "\\mapsto ", "⇒": "\\Rightarrow ", "⟹": "\\Rightarrow ", "⇔": "\\iff ", "∴": "\\therefore ",
    "∵": "\\because ", "∈": "\\in ", "∉": "\\notin ", "≔": ":=", "≜": "\\triangleq ", "∼": "\\sim ", "⊙": "\\odot ",
    "∘": "\\circ ", "∗": "*", "⋆": "*", "⊗": "\\otimes ", "×": "\\times ", "·": "\\cdot ", "⋅": "\\cdot ", "∙": "\\cdot ",
    "•": "\\cdot ", "÷": "\\div ", "±": "\\pm ", "∓": "\\mp ", "−": "-", "–": "-", "＋": "+", "－": "-", "＝": "=",
    "（": "(", "）": ")", "，": ",", "。": ".", "；": ";", "：": ":", "、": ",", "…": "\\dots ", "⋯": "\\dots ", "⋮": "\\dots ",
    "⋱": "\\dots ", "‖": "\\|", "∥": "\\|", "∣": "|", "⟨": "\\langle ", "⟩": "\\rangle ", "⊤": "\\top ", "′": "'", "″": "''",
    "’": "'", "‘": "'", "ʹ": "'", "´": "'", "ℓ": "\\ell ", "ℝ": "\\mathbb{R}", "ℕ": "\\mathbb{N}", "ℤ": "\\mathbb{Z}",
    "𝔼": "\\mathbb{E}", "ℒ": "\\mathcal{L}", "𝟙": "\\mathbb{1}", "∀": "\\forall ", "∃": "\\exists ", "½": "\\frac{1}{2}",
    "¼": "\\frac{1}{4}", "⅓": "\\frac{1}{3}", "\u00a0": " ", "\u2009": " ", "\u2003": "\\quad ", "\u200b": " ",
    "\ufeff": " ", "\u2061": " ", "\u2062": " ", "µ": "\\mu ", "∆": "\\Delta ", "Ω": "\\Omega ", "ϵ": "\\epsilon ",
    "ϕ": "\\phi ", "ϑ": "\\vartheta ", "ς": "\\varsigma ", "∅": "\\emptyset ", "∧": "\\wedge ", "∨": "\\vee ", "∪": "\\cup ",
    "∩": "\\cap ", "⊂": "\\subset ", "⊆": "\\subset ", "⌊": "\\lfloor ", "⌋": "\\rfloor ", "⌈": "\\lceil ", "⌉": "\\rceil ",
    **dict(zip("αβγδεζηθικλμνξοπρστυφχψω", [f"\\{n} " for n in ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"]], strict=True)),
    **dict(zip("ΓΔΘΛΞΠΣΥΦΨΩ", [f"\\{n} " for n in ["Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega"]], strict=True)),
}  # fmt: skip
"""A character and the TeX that says the same."""

SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀᵗˡᵏᵐʲᴸᴺ", "0123456789+-=()niTtlkmjLN", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ", "0123456789+-=()aeoxhklmnpstijruv", strict=True))
