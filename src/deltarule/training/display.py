"""How an estimator shows itself in a notebook: scikit-learn's diagram, with the network in it.

Module by module its equation and the shapes of its parameters, with symbols for the sizes that the data will give, and
with numbers and the training's figures once it is fitted.
"""

from __future__ import annotations

from html import escape
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from deltarule.language.errors import DeltaruleError
from deltarule.network import Network
from deltarule.training.fitting import network_of, unfitted_default

if TYPE_CHECKING:
    from deltarule.training.network_estimator import NetworkEstimator

__all__ = ["WithNetwork", "network_html", "visual_block"]

STYLE = """<style>
.deltarule-network { margin: 0.4em 0.6em 0.8em; font-size: 0.9em; text-align: left; overflow-x: auto; }
.deltarule-network table { border-collapse: collapse; margin: 0; }
.deltarule-network th, .deltarule-network td {
  text-align: left; padding: 0.2em 1.2em 0.2em 0; border: 0; background: none; font-weight: normal;
  white-space: nowrap; }
.deltarule-network thead th { opacity: 0.65; border-bottom: 1px solid currentColor; }
.deltarule-network code { background: none; color: inherit; font-size: 1em; padding: 0; }
.deltarule-network p { margin: 0.5em 0 0; }
</style>"""


def visual_block(model: NetworkEstimator) -> Any:
    """One block of scikit-learn's diagram, with the text of the network below its name."""
    network = shown_network(model)
    caption = "" if network is None else network.text
    return SimpleNamespace(
        kind="single",
        estimators=model,
        names=type(model).__name__,
        name_details=str(model),
        name_caption=caption,
        doc_link_label=None,
        dash_wrapped=True,
    )


class WithNetwork:
    """The table of an estimator's parameters as scikit-learn writes it, below the network."""

    def __init__(self, model: NetworkEstimator, inner: Any) -> None:
        self.model, self.inner = model, inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def _repr_html_inner(self) -> str:
        return network_html(self.model) + self.inner._repr_html_inner()


def shown_network(model: NetworkEstimator) -> Network | None:
    """The fitted network, or the one to be fitted; None where what was given is none."""
    if hasattr(model, "network_"):
        return model.network_
    try:
        return network_of(unfitted_default(model.task) if model.network is None else model.network)
    except DeltaruleError:
        return None


def network_html(model: NetworkEstimator) -> str:
    """The network as a table, and how the training went."""
    network = shown_network(model)
    if network is None:
        return ""
    rows = "".join(_rows(network))
    head = "<tr><th>module</th><th>equation</th><th>parameters</th></tr>"
    lines = "".join(f"<p>{escape(line)}</p>" for line in _sentences(model, network))
    return (
        f'{STYLE}<div class="deltarule-network"><table><thead>{head}</thead><tbody>{rows}</tbody></table>{lines}</div>'
    )


def _rows(network: Network) -> list[str]:
    from deltarule.writing import to_text

    rows = []
    for module in network.modules:
        equations = [
            f"{e.name} = {to_text(e.right, e.axes, network.declarations)}"
            for e in network.equations
            if e.module == module.name
        ]
        shapes = [f"{name} [{', '.join(map(str, network.declarations[name].sizes))}]" for name in module.parameters]
        cells = (_code([module.text]), _code(equations), _code(shapes))
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    return rows


def _code(lines: list[str]) -> str:
    return "<br>".join(f"<code>{escape(line)}</code>" for line in lines)


def _sentences(model: NetworkEstimator, network: Network) -> list[str]:
    if not hasattr(model, "parameters_"):
        given = "" if model.network is not None else "The default network; "
        return [f"{given}sizes that are letters come from the data."] if network.sizes else []
    count = sum(value.size for value in model.parameters_.values())
    loss = model.history_.get("loss", [])
    told = f"{count:,} numbers in the parameters; {model.n_epochs_} epochs, seed {model.seed_}"
    told += f", last loss {loss[-1]:.4f}" if loss else ""
    best = getattr(model, "best_epoch_", None)
    return [told + (f"; the parameters are those of epoch {best}" if best else "") + "."]
