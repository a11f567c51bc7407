"""What every template of ours says about itself: why a resource is there, and whose it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from troposphere import Parameter, Ref, Tags

from generator.settings import TAGS
from generator.sources import Made, find_source

# CloudFormation template reference, "Metadata attribute", Context schema; cfn-lint asks for it.
CONTEXT = "com.aws.cloudformation.Context"
# Where scanners look for what they skip (checkov documentation, "Suppressing and skipping
# policies"; cfn-lint, "Metadata").
CHECKOV = "checkov"
CFN_LINT = "cfn-lint"


@dataclass(frozen=True, slots=True)
class Skip:
    """A check of a public scanner that a resource rightly fails; `make audit` holds it needed.

    Attributes:
        check: its id: CKV… is checkov's, any other cfn-lint's.
        why: the reason, in as few words as can be: they stand in the template.
    """

    check: str
    why: str

    @property
    def scanner(self) -> str:
        """Whose check it is."""
        return CHECKOV if self.check.startswith("CKV") else CFN_LINT


def context(why: str, *must: str, skips: Sequence[Skip] = ()) -> Made:
    """Metadata that tells a reviewer why a resource is there and what must stay true of it.

    Args:
        why: what it is there for.
        must: what must stay true.
        skips: what scanners find in it and what answers that.
    """
    said = {CONTEXT: {"why": why, **({"must": list(must)} if must else {})}}
    return Made({**said, **_skipped(skips)}, find_source(apart_from=__name__))


def _skipped(skips: Sequence[Skip]) -> dict[str, object]:
    """In the form that each scanner reads; cfn-lint's has ids alone, the reasons stand beside."""
    of_checkov = [skip for skip in skips if skip.scanner == CHECKOV]
    of_cfn_lint = [skip for skip in skips if skip.scanner == CFN_LINT]
    said: dict[str, object] = {}
    if of_checkov:
        said[CHECKOV] = {"skip": [{"id": skip.check, "comment": skip.why} for skip in of_checkov]}
    if of_cfn_lint:
        said[CFN_LINT] = {
            "config": {"ignore_checks": [skip.check for skip in of_cfn_lint]},
            "why": {skip.check: skip.why for skip in of_cfn_lint},
        }
    return said


def template_context(arch: str, *must: str) -> dict[str, object]:
    """The same for a whole template: its shape, and what holds throughout."""
    return {CONTEXT: {"arch": arch, "must": list(must)}}


def tags(parameters: Iterable[Parameter]) -> Tags:
    """The three tags of everything that can carry tags; anew each time, for Tags can change."""
    known = {parameter.title: parameter for parameter in parameters}
    return Tags(**{tag: Ref(known[name]) for tag, name in TAGS.items()})
