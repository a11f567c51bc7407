"""What a check has to say against a template."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One rule broken in one place.

    Attributes:
        template: the file as the command line named it.
        resource: the logical id, `-` where the finding is about the template as a whole.
        rule: cfn-lint's id of the rule, or the name of ours.
        message: what is wrong or what to do.
    """

    template: str
    resource: str
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.template}  {self.resource}  {self.rule}  {self.message}"
