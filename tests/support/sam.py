"""The SAM CLI as the tests drive it: the commands a developer types, from the root of the repository."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
SECONDS = 300


class SamFailed(AssertionError):
    """A command ended with an error; shows what it said."""


@dataclass(frozen=True)
class Sam:
    """Runs ``sam`` with the environment of one account on the local cloud."""

    build_folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def build(self, stack: str) -> Path:
        """Build one stack from its config environment; path of the built template."""
        folder = self.build_folder / stack
        self.run("build", "--config-env", stack, "--build-dir", str(folder), "--cache-dir", str(folder) + ".cache")
        return folder / "template.yaml"

    def deploy(self, stack: str, template: Path, parameters: dict[str, str]) -> None:
        """Deploy one stack from its config environment."""
        overrides = [f"ParameterKey={key},ParameterValue={value}" for key, value in parameters.items()]
        given = ["--parameter-overrides", *overrides] if overrides else []
        self.run("deploy", "--config-env", stack, "--template-file", str(template), "--resolve-s3", *given)

    def invoke(self, function: str, event: Path, *options: str) -> Any:
        """Answer of a function that ran in a container."""
        answer = self.run("local", "invoke", function, "--event", str(event), "--skip-pull-image", *options)
        # Whatever the function prints goes to stderr; the answer is the last line of stdout.
        lines = answer.strip().splitlines()
        if not lines:
            raise SamFailed(f"{function} answered {event.name} with nothing at all")
        return json.loads(lines[-1])

    def run(self, *arguments: str) -> str:
        """Standard output of one command."""
        done = subprocess.run(
            # Named, because SAM looks for it beside the template, and a built one lies elsewhere.
            [ROOT / ".milkrun/envs/sam/bin/sam", *arguments, "--config-file", ROOT / "samconfig.toml"],
            cwd=ROOT,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if done.returncode:
            raise SamFailed(f"sam {' '.join(arguments)}\nended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in ("AWS_PROFILE", "VIRTUAL_ENV")}
        python = Path((ROOT / ".milkrun/python").read_text(encoding="utf-8").strip()).parent
        # `sam build` wants the runtime's interpreter on PATH, with pip; the layers' makefiles want uv.
        path = os.pathsep.join([str(python), str(ROOT / ".milkrun/bin"), inherited.get("PATH", "")])
        # By default a deployment is looked at every five seconds only.
        settings = {"SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "0.5"}
        return {**inherited, **settings, **self.environment, "PATH": path}


def with_endpoint(built: Path, environments: dict[str, dict[str, str]], folder: Path) -> list[str]:
    """Options that give a built stack's functions their deployed environment, and an endpoint for AWS.

    The SAM CLI passes only variables that a template declares, and ours must not declare an endpoint: so a copy of the
    built template does, beside the original, because the paths in it are relative.  Options: the copy and the values.
    """
    template = yaml.safe_load(built.read_text(encoding="utf-8"))
    for logical_id, values in environments.items():
        properties = template["Resources"][logical_id]["Properties"]
        declared = properties.setdefault("Environment", {}).setdefault("Variables", {})
        declared |= {name: "" for name in values if name not in declared}
    copy = built.with_name("template-with-endpoint.yaml")
    copy.write_text(yaml.safe_dump(template, sort_keys=False), encoding="utf-8")
    values_file = folder / f"{built.parent.name}-environment.json"
    values_file.write_text(json.dumps(environments), encoding="utf-8")
    return ["--template-file", str(copy), "--env-vars", str(values_file)]
