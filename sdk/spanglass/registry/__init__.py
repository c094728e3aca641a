"""Names for what is deployed: model versions and their promotions, prompts, deployments.

`models.py` registers and promotes model versions, `prompts.py` fetches prompts, `deployments.py` records what runs
where.
"""

from spanglass.registry.deployments import record_deployment
from spanglass.registry.models import ModelRef, promote, register_model
from spanglass.registry.prompts import Prompt, get_prompt

__all__ = ["ModelRef", "Prompt", "get_prompt", "promote", "record_deployment", "register_model"]
