"""The group comparison behind `[[bias]]`. It needs to be told which attribute makes the groups."""

from __future__ import annotations

from spanglass_evaluators.contract import WindowEvaluator
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.registration import Options, WindowRegistration, configured


def _bias(options: Options, where: str) -> WindowEvaluator:
    from spanglass_evaluators.bias.group_gap import GroupGap, GroupGapConfig

    if "attribute" not in options:
        raise ConfigurationError(
            f'{where}: attribute is missing: say which groups, as in attribute = "metadata.gender"'
        )
    return GroupGap(configured(GroupGapConfig, options, where))


WINDOW_REGISTRATIONS = (WindowRegistration("bias", _bias),)
