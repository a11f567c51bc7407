"""What every template of ours says about itself: why a resource is there, and whose it is."""

from collections.abc import Iterable

from troposphere import Parameter, Ref, Tags

from generator.settings import TAGS
from generator.sources import Made, find_source

# CloudFormation template reference, "Metadata attribute", Context schema; cfn-lint asks for it.
CONTEXT = "com.aws.cloudformation.Context"


def context(why: str, *must: str) -> Made:
    """Metadata that tells a reviewer why a resource is there and what must stay true of it."""
    said = {CONTEXT: {"why": why, **({"must": list(must)} if must else {})}}
    return Made(said, find_source(apart_from=__name__))


def template_context(arch: str, *must: str) -> dict[str, object]:
    """The same for a whole template: its shape, and what holds throughout."""
    return {CONTEXT: {"arch": arch, "must": list(must)}}


def tags(parameters: Iterable[Parameter]) -> Tags:
    """The three tags of everything that can carry tags; anew each time, for Tags can change."""
    known = {parameter.title: parameter for parameter in parameters}
    return Tags(**{tag: Ref(known[name]) for tag, name in TAGS.items()})
