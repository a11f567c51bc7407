"""The parameters that both templates ask for, and how a console groups parameters."""

from collections.abc import Mapping, Sequence

from troposphere import Parameter, Template

# What a tag may hold in every service (Tagging user guide), short of accents.
TAG_PATTERN = r"^[A-Za-z0-9 _.:/=+@-]{1,256}$"


def environment_suffix() -> Parameter:
    """Which of several environments a stack belongs to."""
    return Parameter(
        "EnvironmentSuffix",
        Type="String",
        Description="The environment; it becomes a tag.",
        Default="dev",
        AllowedPattern="^[a-z][a-z0-9-]{0,19}$",
        ConstraintDescription="1 to 20 small letters, digits and hyphens, a letter first",
    )


def repository() -> Parameter:
    """Where what is deployed comes from."""
    return _tag_value("Repository", "The repository that this comes from; it becomes a tag.")


def author() -> Parameter:
    """Who deployed it."""
    return _tag_value("Author", "Who deployed this; it becomes a tag.")


def choice(name: str, values: tuple[str, ...], description: str) -> Parameter:
    """One of several words; the first is the default."""
    return Parameter(
        name,
        Type="String",
        Description=description,
        Default=values[0],
        AllowedValues=list(values),
    )


def add_groups(template: Template, groups: Mapping[str, Sequence[Parameter]]) -> None:
    """Put parameters into a template, grouped as a console shows them; a name is its own label."""
    for group, members in groups.items():
        for parameter in members:
            template.add_parameter(parameter)
            template.add_parameter_to_group(parameter, group)


def _tag_value(name: str, description: str) -> Parameter:
    return Parameter(
        name,
        Type="String",
        Description=description,
        Default="unknown",
        AllowedPattern=TAG_PATTERN,
        ConstraintDescription="1 to 256 letters, digits, spaces and _ . : / = + - @",
    )
