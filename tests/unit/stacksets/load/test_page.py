"""The deployment files of the page for another template are deployment files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stacksets.load import load_deployment

PAGE = Path(__file__).parents[4] / "docs" / "another-template.md"
FILES = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
TEMPLATE = """\
Parameters:
  Word: {Type: String, Default: hello}
Resources:
  Topic: {Type: "AWS::SNS::Topic", Properties: {DisplayName: !Ref Word}}
"""


@pytest.mark.parametrize(("text", "instances"), list(zip(FILES, (2, 5, 0), strict=True)))
def test_each_file_of_the_page_is_loaded_for_the_stack_instances_that_it_names(
    tmp_path, text, instances
):
    (tmp_path / "topic.yaml").write_text(TEMPLATE)
    (tmp_path / "topic.toml").write_text(text)

    deployment = load_deployment(tmp_path / "topic.toml", environment="dev", environ={})

    assert len(deployment.instance_keys()) == instances
    assert all(group.regions for group in deployment.targets)
