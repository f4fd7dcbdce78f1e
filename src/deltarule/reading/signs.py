"""What TeX commands and Unicode characters stand for: tables, one row a sign."""

from __future__ import annotations

__all__ = [
    "ACCENTS",
    "BARE_WORDS",
    "BIG",
    "BRACKETS",
    "COMMANDS",
    "FUNCTIONS",
    "GREEK",
    "IGNORED",
    "IGNORED_WITH_ARGUMENT",
    "SPACES",
    "STOP_WORDS",
    "STYLES",
    "SUBSCRIPTS",
    "SUPERSCRIPTS",
    "SWITCHES",
    "UNICODE",
]

GREEK = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi omicron pi varpi rho "
    "varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi "
    "Omega".split()
)

FUNCTIONS = frozenset(
    "log ln lg exp sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth max min argmax argmin sign sgn "
    "softmax Softmax SoftMax logsoftmax sigmoid Sigmoid relu ReLU Relu RELU LeakyReLU softplus Softplus gelu GELU ELU "
    "SELU swish Swish SiLU erf sech diag Diag Tr trace det rank vec logsumexp LayerNorm BatchNorm Attention Conv "
    "MultiHead concat Cov Var tr MSE MAE".split()
)
"""Names of functions: taken as one name however they are set, and with their argument. Two letters only with a \\."""

BIG = {
    "sum": "sum", "prod": "prod", "int": "int", "iint": "int", "oint": "int", "lim": "lim", "max": "max", "min": "min",
    "argmax": "argmax", "argmin": "argmin", "sup": "sup", "inf": "inf", "coprod": "prod", "bigcup": "cup",
    "bigcap": "cap", "bigoplus": "oplus",
}  # fmt: skip
"""Signs that have a range below them; max, min and so on are functions where they have none."""

BARE_WORDS = frozenset(
    "net out loss cost error err target output input total old new pred true hidden bias weight weights label train "
    "test batch mean var std BCE MSE RSS SSE NLL MLE softmax act prev next logits logit score grad step "
    "alpha beta gamma delta epsilon theta kappa lambda sigma omega zeta".split()
)
"""Runs of letters without a backslash that are one name, not a product of letters. Runs of five and more are, too."""

STOP_WORDS = frozenset(
    "if for where otherwise and or else when with as since then so thus therefore hence given let is are in on of "
    "because by from to the we by using note also similarly which that all each every any not "
    "si sinon sino donde para siendo como oder und falls wenn sonst mit wobei et ou avec sinon pour où если где при "
    "иначе или и için eğer değilse ise nếu với khi 若 如果 其中 否则 当 则 因为 所以 且 或 对 "
    "그외 만약 에서 もし ただし それ以外".split()
)
"""Words that join formulas: in text they never name a quantity."""

STYLES = {
    "mathbf": "bold", "boldsymbol": "bold", "bm": "bold", "pmb": "bold", "bold": "bold", "mathbfit": "bold", "vb": "bold",
    "symbf": "bold", "mathbb": "bb", "mathbbm": "bb", "mathds": "bb", "Bbb": "bb", "mathcal": "cal", "mathscr": "cal",
    "mathfrak": "frak", "mathrm": "rm", "mathsf": "sf", "mathtt": "tt", "mathit": "", "mathnormal": "", "symup": "rm",
}  # fmt: skip
SWITCHES = {"bf": "bold", "rm": "rm", "cal": "cal", "it": "", "sf": "sf", "tt": "tt", "bfseries": "bold"}

ACCENTS = {
    "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde",
    "vec": "vec", "overrightarrow": "vec", "dot": "dot", "ddot": "ddot", "check": "check", "breve": "breve",
    "underline": "underline", "acute": "acute", "grave": "grave", "mathring": "ring",
}  # fmt: skip

SPACES = {
    "quad": 3, "qquad": 3, ",": 1, ";": 1, ":": 1, "!": 0, ">": 1, " ": 1, "\n": 1, "thinspace": 1, "medspace": 1,
    "thickspace": 1, "enspace": 2, "enskip": 2, "negthinspace": 0, "hfill": 3, "hfil": 3, "nobreakspace": 1, "space": 1,
}  # fmt: skip
"""How wide a space is: three and more in a row part two formulas."""

IGNORED = frozenset(
    "displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag mathopen mathclose mathbin "
    "mathrel mathord mathpunct mathinner boxed fbox cancel bcancel xcancel protect allowbreak nobreak centering "
    "hline noindent relax smash mathstrut strut par small large Large footnotesize normalsize tiny ensuremath "
    "allowdisplaybreaks medmath begingroup endgroup rlap llap mathllap mathrlap mathclap".split()
)
"""Commands that say how a formula looks; what is in the braces behind them stays."""

IGNORED_WITH_ARGUMENT = {
    "label": 1, "hspace": 1, "hspace*": 1, "vspace": 1, "color": 1, "textcolor": 1, "mathcolor": 1, "colorbox": 1,
    "phantom": 1, "hphantom": 1, "vphantom": 1, "mspace": 1, "hskip": 0, "kern": 0, "mkern": 0, "mskip": 0, "rule": 2,
    "class": 1, "cssId": 1, "style": 1, "href": 1, "require": 1, "footnote": 1, "bgcolor": 1, "raisebox": 1,
    "htmlClass": 1, "htmlId": 1, "arraycolsep": 0,
}  # fmt: skip
"""Commands whose first arguments are no mathematics."""

BRACKETS = {
    "(": ("open", "("), ")": ("close", "("), "[": ("open", "["), "]": ("close", "["),
    "\\{": ("open", "{"), "\\}": ("close", "{"), "\\lbrace": ("open", "{"), "\\rbrace": ("close", "{"),
    "\\lbrack": ("open", "["), "\\rbrack": ("close", "["), "\\langle": ("open", "<"), "\\rangle": ("close", "<"),
    "\\lvert": ("open", "|"), "\\rvert": ("close", "|"), "\\lVert": ("open", "||"), "\\rVert": ("close", "||"),
    "\\lfloor": ("open", "floor"), "\\rfloor": ("close", "floor"), "\\lceil": ("open", "ceil"),
    "\\rceil": ("close", "ceil"), "\\lgroup": ("open", "("), "\\rgroup": ("close", "("), "\\lparen": ("open", "("),
    "\\rparen": ("close", "("), "|": ("bar", "|"), "\\vert": ("bar", "|"), "\\mid": ("bar", "mid"),
    "\\|": ("bar", "||"), "\\Vert": ("bar", "||"), "\\parallel": ("bar", "||"), "\\bigm": ("bar", "|"),
}  # fmt: skip

COMMANDS: dict[str, tuple[str, str]] = {
    # products and sums
    **{c: ("op", t) for c, t in {
        "cdot": "cdot", "bullet": "cdot", "centerdot": "cdot", "times": "times", "odot": "odot", "circ": "circ",
        "otimes": "otimes", "ast": "*", "star": "*", "div": "div", "pm": "±", "mp": "∓", "oplus": "oplus", "setminus":
        "setminus", "cup": "cup", "cap": "cap", "wedge": "wedge", "land": "wedge", "lor": "vee", "vee": "vee", "slash":
        "/", "bigodot": "odot", "bigotimes": "otimes", "bigcirc": "circ", "boxdot": "odot", "circledast": "*",
        "oslash": "oslash", "diamond": "diamond",
    }.items()},
    # relations
    **{c: ("relation", t) for c, t in {
        "approx": "\\approx", "approxeq": "\\approx", "simeq": "\\approx", "thickapprox": "\\approx", "cong": "\\cong",
        "equiv": "\\equiv", "propto": "\\propto", "varpropto": "\\propto", "leftarrow": "\\leftarrow",
        "gets": "\\leftarrow", "longleftarrow": "\\leftarrow", "le": "\\le", "leq": "\\le", "leqslant": "\\le",
        "ge": "\\ge", "geq": "\\ge", "geqslant": "\\ge", "lt": "<", "gt": ">", "ll": "\\ll", "gg": "\\gg", "ne": "\\ne",
        "neq": "\\ne", "in": "\\in", "isin": "\\in", "ni": "\\ni", "notin": "\\notin", "sim": "\\sim",
        "subset": "\\subset", "subseteq": "\\subset", "to": "\\to", "rightarrow": "\\to", "longrightarrow": "\\to",
        "mapsto": "\\mapsto", "longmapsto": "\\mapsto", "coloneqq": ":=", "coloneq": ":=", "triangleq": ":=",
        "doteq": ":=", "eqqcolon": "=:", "overset{def}{=}": ":=", "lesssim": "\\le", "gtrsim": "\\ge", "eq": "=",
        "perp": "\\perp", "asymp": "\\approx", "xrightarrow": "\\to", "colonequals": ":=", "leftrightarrow":
        "\\leftrightarrow", "prec": "\\prec", "succ": "\\succ", "succeq": "\\succ", "preceq": "\\prec",
        "uparrow": "\\uparrow", "downarrow": "\\downarrow",
    }.items()},
    # logic
    **{c: ("connective", "\\" + t) for c, t in {
        "Rightarrow": "Rightarrow", "implies": "Rightarrow", "Longrightarrow": "Rightarrow", "therefore": "therefore",
        "iff": "iff", "Leftrightarrow": "iff", "Longleftrightarrow": "iff", "because": "because", "Leftarrow":
        "Leftarrow", "impliedby": "Leftarrow", "xRightarrow": "Rightarrow", "leadsto": "Rightarrow",
        "rightsquigarrow": "Rightarrow", "models": "Rightarrow", "vdash": "Rightarrow",
    }.items()},
    **{c: ("words", "\\" + c) for c in ("forall", "exists", "blacksquare", "square", "Box", "qed", "checkmark")},
    **{c: ("dots", "") for c in ("dots", "ldots", "cdots", "vdots", "ddots", "dotsc", "dotsb", "dotsm", "dotsi", "iddots")},
    # names
    **{c: ("name", c) for c in GREEK},
    "ell": ("name", "ell"), "top": ("name", "top"), "intercal": ("name", "top"), "infty": ("name", "infty"),
    "hbar": ("name", "hbar"), "imath": ("name", "i"), "jmath": ("name", "j"), "dagger": ("name", "dagger"),
    "emptyset": ("name", "emptyset"), "varnothing": ("name", "emptyset"), "perpt": ("name", "top"),
    "partial": ("partial", "∂"), "part": ("partial", "∂"), "nabla": ("nabla", "∇"), "grad": ("nabla", "∇"),
    "prime": ("prime", "'"),
    "R": ("name", "R bb"), "N": ("name", "N bb"), "Z": ("name", "Z bb"), "reals": ("name", "R bb"),
    "Reals": ("name", "R bb"), "natnums": ("name", "N bb"), "RR": ("name", "R bb"), "Re": ("name", "Re"),
    "Im": ("name", "Im"), "colon": ("colon", ":"), "lbrack": ("open", "["), "rbrack": ("close", "["),
    "sdot": ("op", "cdot"), "cdotp": ("op", "cdot"), "Sum": ("big", "sum"),
    # commands with arguments
    **{c: ("frac", "") for c in ("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac", "flatfrac")},
    "over": ("over", ""), "sqrt": ("sqrt", ""),
    "pdv": ("physics", "∂"), "dv": ("physics", "d"), "abs": ("fence", "|"), "norm": ("fence", "||"),
    "underbrace": ("brace", ""), "overbrace": ("brace", ""),
    "substack": ("substack", ""), "dd": ("name", "d"), "differentialD": ("name", "d"), "mathrm{d}": ("name", "d"),
    "lbrace": ("open", "{"), "rbrace": ("close", "{"),
}  # fmt: skip
"""Command without its backslash: (kind of token, its text)."""

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
    **dict(zip("αβγδεζηθικλμνξοπρστυφχψω", [f"\\{n} " for n in (
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi "
        "chi psi omega").split()], strict=True)),
    **dict(zip("ΓΔΘΛΞΠΣΥΦΨΩ", [f"\\{n} " for n in (
        "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega").split()], strict=True)),
}  # fmt: skip
"""A character and the TeX that says the same."""

SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀᵗˡᵏᵐʲᴸᴺ", "0123456789+-=()niTtlkmjLN", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ", "0123456789+-=()aeoxhklmnpstijruv", strict=True))
