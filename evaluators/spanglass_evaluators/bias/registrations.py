"""The window evaluators of bias. Those that compare groups need to be told what makes the groups."""

from __future__ import annotations

from spanglass_evaluators.contract import WindowEvaluator
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.registration import Options, WindowRegistration, configured


def _bias(options: Options, where: str) -> WindowEvaluator:
    from spanglass_evaluators.bias.group_gap import GroupGap, GroupGapConfig

    _needs_attribute(options, where)
    return GroupGap(configured(GroupGapConfig, options, where))


def _fairness(options: Options, where: str) -> WindowEvaluator:
    from spanglass_evaluators.bias.group_rates import GroupRates, GroupRatesConfig

    _needs_attribute(options, where)
    return GroupRates(configured(GroupRatesConfig, options, where))


def _bbq(options: Options, where: str) -> WindowEvaluator:
    from spanglass_evaluators.bias.bbq_answers import Bbq, BbqConfig

    return Bbq(configured(BbqConfig, options, where))


def _needs_attribute(options: Options, where: str) -> None:
    if "attribute" not in options:
        raise ConfigurationError(
            f'{where}: attribute is missing: say which groups, as in attribute = "metadata.gender"'
        )


def _counterfactual(options: Options, where: str) -> WindowEvaluator:
    from spanglass_evaluators.bias.audited import built
    from spanglass_evaluators.bias.counterfactual import Counterfactual, CounterfactualConfig

    config = configured(CounterfactualConfig, options, where)
    return Counterfactual(config, built(config.evaluators, config.axes, where))


WINDOW_REGISTRATIONS = (
    WindowRegistration("bias", _bias),
    WindowRegistration("fairness", _fairness),
    WindowRegistration("counterfactual", _counterfactual),
    WindowRegistration("bbq", _bbq),
)
