"""Rules in files: TOML and YAML read alike, and a mistake is named by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanglass_collector.alerts.rules import from_mapping, read_rules
from spanglass_collector.alerts.source import parse_toml, parse_yaml, read_document
from spanglass_collector.errors import ConfigurationError

TOML = '''# comment
[[rules]]
name = "errors"
metric = "error_rate"
threshold = 0.1

[[rules]]
name = "sql"
sql = """
[[rules]]
threshold = 3
"""
threshold = "high"
'''
YAML = """# comment
rules:
  - name: errors
    metric: error_rate
    threshold: 0.1
    filter:
      Model: gpt-4
      Colour: red
"""


def refused(path: Path) -> str:
    with pytest.raises(ConfigurationError) as error:
        read_rules(path)
    return str(error.value)


def test_a_wrong_value_is_named_by_its_line(tmp_path: Path) -> None:
    """What looks like a header inside a text of several lines is none."""
    (tmp_path / "r.toml").write_text(TOML)
    assert refused(tmp_path / "r.toml").startswith(
        f"{tmp_path}/r.toml:13: alert rule 'sql': threshold: must be a number"
    )


def test_yaml_says_the_line_of_an_inner_key(tmp_path: Path) -> None:
    """A column that there is not, in a mapping in a list."""
    (tmp_path / "r.yaml").write_text(YAML)
    assert refused(tmp_path / "r.yaml").startswith(f"{tmp_path}/r.yaml:6: alert rule 'errors': filter: ")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("r.toml", "[[rules]]\nname = = 3", "line 2"),
        ("r.yaml", "rules:\n  - name: [", ": not valid YAML"),
        ("r.yaml", "- name: x", "must hold a mapping"),
        ("r.toml", '[[rules]]\nname = "r"\nmetric = "error_rate"\nthreshold = 1\n[[rules]]\nname = "r"\n'
         'metric = "error_rate"\nthreshold = 2', ":5: alert rule 'r': the name is used twice"),
        ("r.toml", '[[rule]]\nname = "r"', ":1: "),
        ("r.toml", '[[rules]]\nmetric = "error_rate"', ":1: "),
        ("r.toml", '[[rules]]\nname = "r"\nmetric = "calls"\nthreshold = 1\nclear = 2', ":5: alert rule 'r': clear: "),
    ],
)  # fmt: skip
def test_every_mistake_has_its_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    """Syntax, shape, a name used twice, an unknown table, a missing name, a limit on the wrong side."""
    (tmp_path / name).write_text(text)
    assert said in refused(tmp_path / name)


def test_toml_and_yaml_are_the_same_rules(tmp_path: Path) -> None:
    """One reader for both."""
    (tmp_path / "r.toml").write_text('[[rules]]\nname = "r"\nkind = "drift"\nmin_effect = 0.3\npage_per = "rule"\n')
    (tmp_path / "r.yml").write_text("rules:\n  - {name: r, kind: drift, min_effect: 0.3, page_per: rule}\n")
    assert read_rules(tmp_path / "r.toml") == read_rules(tmp_path / "r.yml")


def test_a_configuration_can_name_files_of_rules(tmp_path: Path) -> None:
    """`rule_files` are found beside the configuration; one that is not there is named with the line of the key."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/a.yaml").write_text("rules: [{name: a, metric: error_rate, threshold: 0.5}]")
    main = tmp_path / "spanglass.toml"
    main.write_text('[alerts]\ndefault_rules = false\nrule_files = ["rules/*.yaml"]\n')
    document = read_document(main)
    assert [rule.name for rule in from_mapping(document.content, document.place).rules] == ["a"]
    main.write_text('[alerts]\nrule_files = ["none/*.yaml"]\n')
    assert "spanglass.toml:2: alerts: rule_files: no file matches 'none/*.yaml'" in refused(main)


def test_lines_are_known_for_keys_of_every_depth() -> None:
    """Tables, arrays of tables and tables inside those."""
    toml = parse_toml('[alerts]\na = 1\n[[alerts.rules]]\nname = "x"\n[alerts.rules.filter]\nModel = "m"\n', "f")
    assert toml.place.lines["alerts", "rules", 0, "filter", "Model"] == 6
    assert toml.place.lines["alerts", "a"] == 2
    yml = parse_yaml("alerts:\n  rules:\n    - name: x\n      filter:\n        Model: m\n", "f")
    assert yml.place.lines["alerts", "rules", 0, "filter", "Model"] == 5
    assert yml.place.lines["alerts", "rules", 0, "filter"] == 4
