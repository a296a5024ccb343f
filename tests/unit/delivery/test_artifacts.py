"""Artifacts: equal content has an equal digest, and nothing local is left in a template."""

import json
import os
from pathlib import Path

import pytest

from milkrun.environment import local_environment
from milkrun.release.archive import zip_folder
from milkrun.release.build import Artifact, package
from milkrun.release.errors import ParametersWrong
from milkrun.release.start import freeze, new_id
from milkrun.release.template import read_template

ROOT = Path(__file__).resolve().parents[3]
GREETER = ROOT / "tests" / "data" / "release" / "greeter"


def a_folder(folder: Path, *names: str) -> Path:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return folder


def test_a_zip_depends_on_content_alone(tmp_path: Path) -> None:
    first = a_folder(tmp_path / "one", "a.py", "b/c.py")
    second = a_folder(tmp_path / "two", "b/c.py", "a.py")
    os.utime(second / "a.py", (1, 1))
    (second / "a.py").chmod(0o600)
    assert zip_folder(first) == zip_folder(second)


def test_a_compiled_module_that_knows_the_time_is_left_out(tmp_path: Path) -> None:
    plain = zip_folder(a_folder(tmp_path, "a.py"))
    (tmp_path / "timed.pyc").write_bytes(b"\xf3\x0d\x0d\x0a" + (0).to_bytes(4, "little") + b"time")
    assert zip_folder(tmp_path) == plain
    (tmp_path / "hashed.pyc").write_bytes(b"\xf3\x0d\x0d\x0a" + (1).to_bytes(4, "little") + b"hash")
    assert zip_folder(tmp_path) != plain


def test_two_builds_are_one_artifact_and_a_change_is_another(tmp_path: Path) -> None:
    first, second = package("fixture/a", GREETER / "template.yaml"), package("fixture/a", GREETER / "template.yaml")
    assert (first.content, first.template) == (second.content, second.template)
    a_folder(tmp_path, "greeter/api.py")
    (tmp_path / "template.yaml").write_text((GREETER / "template.yaml").read_text())
    assert package("fixture/a", tmp_path / "template.yaml").content != first.content


def test_code_comes_from_a_bucket_that_each_target_names() -> None:
    built = package("fixture/a", GREETER / "template.yaml")
    template = json.loads(built.template)
    (sha,) = built.objects
    assert template["Globals"]["Function"]["CodeUri"] == {
        "Bucket": {"Ref": "ArtifactBucket"},
        "Key": f"artifacts/{sha}.zip",
    }
    assert built.content["required"] == ["ArtifactBucket"]


def test_definitions_are_written_out() -> None:
    template = json.loads(package("delivery", ROOT / "template.yaml").template)
    machine = template["Resources"]["ReleaseMachine"]["Properties"]
    assert "DefinitionUri" not in machine
    assert machine["Definition"]["StartAt"] == "OpenRelease"


def test_reads_short_forms_and_keeps_versions_as_text(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text('A: !Sub "${B}-x"\nC: !GetAtt D.Arn\nE: !If [F, !Ref G, 1]\nVersion: 2012-10-17\n')
    assert read_template(path) == {
        "A": {"Fn::Sub": "${B}-x"},
        "C": {"Fn::GetAtt": ["D", "Arn"]},
        "E": {"Fn::If": ["F", {"Ref": "G"}, 1]},
        "Version": "2012-10-17",
    }


def an_artifact(names: list[str], required: list[str]) -> Artifact:
    return Artifact("d" * 64, {"parameters": names, "required": required}, {"commit": "c0ffee"})


def test_a_release_freezes_every_target_with_its_own_parameters() -> None:
    fleet = local_environment(ROOT).fleet
    service = "fulfillment/pack"
    names = ["ArtifactBucket", "Release", "Target", *fleet.service(service).parameters]
    record = freeze(fleet, service, an_artifact(names, ["ArtifactBucket"]), "r-1")
    targets = [target for wave in record["waves"] for target in wave["targets"]]
    assert [target["name"] for target in targets] == ["preprod", "cell-1", "cell-2", "cell-3"]
    assert targets[1]["parameters"]["Target"] == "cell-1"
    assert targets[1]["parameters"]["ArtifactBucket"] == "milkrun-artifacts-700000000001-us-east-1"


def test_parameters_that_do_not_fit_the_template_are_refused() -> None:
    fleet = local_environment(ROOT).fleet
    service = "fulfillment/pack"
    given = list(fleet.service(service).parameters)
    with pytest.raises(ParametersWrong, match="asks for Colour"):
        freeze(fleet, service, an_artifact([*given, "Colour"], ["Colour"]), "r-1")
    with pytest.raises(ParametersWrong, match="has no parameter"):
        freeze(fleet, service, an_artifact([], []), "r-1")
    with pytest.raises(ParametersWrong, match="does not go to mars"):
        freeze(fleet, service, an_artifact(given, []), "r-1", ["mars"])


def test_ids_fit_the_name_of_an_execution() -> None:
    assert len(f"{new_id('fulfillment/pack')}_{'cell-1.us-east-1'}") <= 80
