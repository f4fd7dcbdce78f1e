"""`Only the k-th component of y is 1`: the place of the 1 in a one-hot vector, without a formula for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["ones_alone"]

NTH = (
    r"\$?(?P<{0}>[a-z])\$?\s*(?:\^\{{?(?:\\(?:text|mathrm|rm)\s*\{{?)?\s*th\}}*\$?|"
    r"[-–]?(?:th|te[nrs]?|ième|ème|ésim[ao]|esim[ao]|ta|[-–]?[яйе])(?!\w))"
)
PLACE = (
    r"(?:dimension|component|entr(?:y|ies)|element|coordinate|position|place|komponente|eintrag|stelle|composante|"
    r"componente|elemento|coordenada|posición|posição|компонент\w*|элемент\w*|координат\w*)s?"
)
IS_ONE = (
    r"(?:is|equals|being|ist|est|es|é|è|=|равн\w*)\s*(?:equal to |set to |gleich |égale à |igual a )?"
    r"\$?(?:1|one|eins)\b"
)
ALONE_AT = re.compile(
    rf"(?:only|just|nur|seule?(?:ment)?|sólo|solo|solamente|somente|apenas|soltanto|только|лишь)\s+"
    rf"(?:(?:the|die|das|der|la|le|el|o|a|il|lo)\s+)?{NTH.format('only')}\s+{PLACE}[^.;\n]{{0,40}}?{IS_ONE}|"
    r"(?:zeros?|0)\$?\s+(?:everywhere |elsewhere )?(?:except|but)\s+(?:(?:for|at|in)\s+)?(?:the\s+)?"
    rf"{NTH.format('but')}(?:\s+{PLACE})?[^.;\n]{{0,30}}?{IS_ONE}",
    re.IGNORECASE,
)
"""The k of "only the k-th component of y is 1"."""


def ones_alone(text: str) -> Iterator[str]:
    """The k of each such place."""
    for found in ALONE_AT.finditer(text):
        yield from (letter for letter in found.groups() if letter)
