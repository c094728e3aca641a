"""What is trained of a model: everything, or a PEFT adapter (LoRA and its kin) on a base model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def adapter_of(model: Any) -> Mapping[str, Any]:
    """The PEFT configuration by adapter name; {} when all weights are trained."""
    configs = getattr(model, "peft_config", None)
    if not isinstance(configs, Mapping):
        return {}
    return {name: _plain(config.to_dict()) for name, config in configs.items() if hasattr(config, "to_dict")}


def base_model_of(model: Any) -> str:
    """The name the model was loaded by; '' when it was made from a configuration."""
    return str(getattr(getattr(model, "config", None), "_name_or_path", "") or "")


def _plain(config: Mapping[str, Any]) -> dict[str, Any]:
    """Sets, which PEFT uses for target modules, become sorted lists, so that equal configurations read alike."""
    return {name: sorted(value) if isinstance(value, (set, frozenset)) else value for name, value in config.items()}
