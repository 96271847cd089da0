"""What the README shows is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.functional.conftest import Project, Run

REPOSITORY = Path(__file__).resolve().parents[2]
README = (REPOSITORY / "README.md").read_text()
PRICES = "Date,High,Low,Volume\n01/04/1999,1240.5,1220.1,7\n01/05/1999,1250.0,1230.2,8\n"


def block(language: str) -> str:
    """The first block of a language."""
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_first_example_does_what_it_says(peakguard: Run, project: Project) -> None:
    policy = block("yaml")
    file = policy.splitlines()[0].removeprefix("# ")
    root = project({file: policy, "prices.csv": PRICES})
    commands = [line.removeprefix("$ ").split()[1:] for line in block("console").splitlines() if line.startswith("$")]
    check, validate = (peakguard(*words, cwd=root) for words in commands)
    assert (check.returncode, check.stdout) == (0, block("console").splitlines()[1] + "\n")
    assert (validate.returncode, validate.stdout.split()[0]) == (0, "pass:")
    (root / "prices.csv").write_text(PRICES.replace("1230.2", "1260.2"))
    assert peakguard(*commands[1], cwd=root).returncode == 1


def test_the_python_example_runs(project: Project) -> None:
    root = project({"contracts/daily_bars.yaml": block("yaml")})
    frame = "import polars\nframe = polars.DataFrame({'Date': ['01/04/1999'], 'High': [2.0], 'Low': [1.0]})\n"
    program = frame + block("python") + "assert bars.columns == ['day', 'high', 'low'], bars\n"
    result = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_every_command_is_listed(peakguard: Run, tmp_path: Path) -> None:
    listed = set(re.findall(r"^\| `peakguard (\w+)", README, re.MULTILINE))
    shown = set(re.findall(r"^    (\w+)(?: |$)", peakguard("--help", cwd=tmp_path).stdout, re.MULTILINE))
    assert listed == shown


def test_every_link_leads_somewhere() -> None:
    for page in (REPOSITORY / "README.md", *REPOSITORY.glob("docs/*.md"), *REPOSITORY.glob("peakguard/kinds/*/*.md")):
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
