"""Schedules are their equations, and give the rates of PyTorch's schedulers and of tables made by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from deltarule.language.errors import DeltaruleError
from deltarule.training.schedules import SCHEDULES, learning_rates, schedule

RATE = 0.4


def rates(name: str, updates: int, per_epoch: int = 1, **options: float) -> list[float]:
    found = learning_rates(SCHEDULES[name], RATE, options, updates, {})
    return [found.rate(k, k // per_epoch) for k in range(updates)]


def torchs(make: Any, updates: int, losses: list[float] | None = None) -> list[float]:
    torch: Any = pytest.importorskip("torch")
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=RATE)
    scheduler, out = make(torch.optim.lr_scheduler, optimiser), []
    for k in range(updates):
        out.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        scheduler.step(*([losses[k]] if losses else []))
    return out


def test_the_rates_are_those_of_a_table_made_by_hand():
    assert rates("constant", 3) == [RATE] * 3
    assert rates("step", 6, every=2, factor=0.5) == pytest.approx([0.4, 0.4, 0.2, 0.2, 0.1, 0.1], rel=1e-15)
    assert rates("step", 6, 3, every=1) == pytest.approx([0.4, 0.4, 0.4, 0.04, 0.04, 0.04], rel=1e-15)
    assert rates("exponential", 4, factor=0.5) == pytest.approx([0.4, 0.2, 0.1, 0.05], rel=1e-15)
    assert rates("cosine", 4) == pytest.approx([0.4, 0.2 + 0.2 * math.sqrt(0.5), 0.2, 0.2 - 0.2 * math.sqrt(0.5)])
    assert rates("warmup", 10, warmup=0.4) == pytest.approx([0.1, 0.2, 0.3, *[0.4] * 7])
    assert rates("warmup_cosine", 8, warmup=0.5)[:5] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4])
    assert rates("warmup_cosine", 8, warmup=0.5)[6] == pytest.approx(0.2)


@pytest.mark.parametrize("name", ["cosine", "one_cycle", "warmup", "warmup_cosine"])
@pytest.mark.parametrize("updates", [1, 2, 3, 5, 40])
def test_rates_stay_between_zero_and_the_setting_whatever_the_length(name, updates):
    found = learning_rates(SCHEDULES[name], RATE, None, updates, {})
    assert all(0 <= found.rate(k, 0) <= RATE * (1 + 1e-12) for k in range(3 * updates))


@pytest.mark.parametrize("name", ["cosine", "one_cycle", "warmup_cosine"])
def test_after_the_run_the_last_rate_stays(name):
    found = learning_rates(SCHEDULES[name], RATE, None, 40, {})
    assert found.rate(41, 0) == found.rate(1000, 0) < 0.01 * RATE


def test_step_exponential_and_cosine_are_pytorchs():
    pairs = {
        "step": ({"every": 7, "factor": 0.3}, lambda s, o: s.StepLR(o, 7, 0.3)),
        "exponential": ({"factor": 0.93}, lambda s, o: s.ExponentialLR(o, 0.93)),
        "cosine": ({"lowest": 0.01}, lambda s, o: s.CosineAnnealingLR(o, 50, 0.01)),
        "one_cycle": ({}, lambda s, o: s.OneCycleLR(o, RATE, total_steps=51, cycle_momentum=False)),
        "warmup": ({"warmup": 0.2}, lambda s, o: s.LinearLR(o, 0.1, 1.0, 9)),
    }
    for name, (options, make) in pairs.items():
        updates = 51 if name == "one_cycle" else 50
        assert rates(name, updates, **options) == pytest.approx(torchs(make, updates), rel=1e-12), name


def plateaus() -> list[float]:
    """Losses that fall, stay, fall by too little, rise and fall again."""
    return [1.0, 0.8, *[0.8] * 5, 0.79995, *[0.9] * 9, 0.5, 0.4, *[0.4] * 12, *[math.nan] * 6, 0.1, *[0.1] * 9]


def test_reduce_on_plateau_is_pytorchs():
    losses = plateaus()
    found = learning_rates(SCHEDULES["reduce_on_plateau"], RATE, {"patience": 3, "factor": 0.5, "lowest": 0.02}, 1, {})
    ours = []
    for loss in losses:
        ours.append(found.rate(0, 0))
        found.epoch_over(loss)
    make = lambda s, o: s.ReduceLROnPlateau(o, factor=0.5, patience=3, min_lr=0.02)  # noqa: E731
    assert len(set(ours)) > 3
    assert ours == pytest.approx(torchs(make, len(losses), losses), rel=1e-12)


def test_reduce_on_plateau_waits_longer_than_its_patience():
    found = learning_rates(SCHEDULES["reduce_on_plateau"], 1.0, {"patience": 2}, 1, {})
    heard = []
    for loss in (1.0, 1.0, 1.0, 1.0, 0.5):
        found.epoch_over(loss)
        heard.append(found.rate(0, 0))
    assert heard == pytest.approx([1.0, 1.0, 1.0, 0.1, 0.1])


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_row_says_where_it_comes_from(name):
    row = SCHEDULES[name]
    assert row.words and row.source and bool(row.after_epoch) == bool(row.initial)


def test_what_is_no_schedule_or_no_option_of_it_is_said_so():
    with pytest.raises(DeltaruleError, match="no schedule 'cosin'; did you mean cosine"):
        schedule("cosin")
    with pytest.raises(DeltaruleError, match="the schedule step has no option 'gamma'; there are every, factor"):
        learning_rates(SCHEDULES["step"], 1.0, {"gamma": 0.1}, 1, {})
    with pytest.raises(DeltaruleError, match=r"every of the schedule step is 0.5; it must be an integer in \[1, inf\)"):
        learning_rates(SCHEDULES["step"], 1.0, {"every": 0.5}, 1, {})
