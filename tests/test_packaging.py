"""What is installed: the lock, and the files that travel in the wheel."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def locked(name: str) -> dict[str, set[str]]:
    """Distributions of a lock with their versions (more than one where Python versions differ)."""
    versions: dict[str, set[str]] = {}
    for distribution, version in re.findall(
        r"^([a-z0-9._-]+)==([^ ;\\]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE
    ):
        versions.setdefault(distribution, set()).add(version)
    return versions


def normalised(requirement: str) -> str:
    match = re.match(r"[\w.-]+", requirement)
    assert match is not None
    return re.sub(r"[-_.]+", "-", match[0]).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_distribution_has_hashes_and_none_names_an_index(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    entries = re.split(r"^(?=[a-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(entries) > 100
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_holds_every_dependency_but_no_torch(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {normalised(line) for line in project["dependencies"]} <= set(locked(name))
    assert {normalised(line) for line in project["optional-dependencies"]["torch"]}.isdisjoint(locked(name))


def test_every_import_is_a_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    optional = [line for extra in project["optional-dependencies"].values() for line in extra]
    declared = {normalised(line) for line in [*project["dependencies"], *optional]}
    providers = metadata.packages_distributions()
    imported = {name for folder in ("bot", "retrieval", "prompts") for name in third_party_imports(ROOT / folder)}
    undeclared = {name for name in imported if declared.isdisjoint(map(normalised, providers.get(name, [name])))}
    # This belongs to pydantic.
    assert undeclared <= {"pydantic_core"}


def third_party_imports(folder: Path) -> set[str]:
    """Top-level names that the code of a folder imports from elsewhere."""
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - {"bot", "retrieval", "prompts"}


def test_the_owners_four_packages_are_in_the_default_install() -> None:
    assert {"llama-index-core", "transformers", "discord-py", "chromadb"} <= set(locked("requirements.lock"))


def test_the_development_lock_has_the_same_versions() -> None:
    development = locked("requirements-dev.lock")
    assert {name: development[name] for name in locked("requirements.lock")} == locked("requirements.lock")


def test_data_files_travel_in_the_wheel(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("kilde-*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        path.relative_to(ROOT).as_posix()
        for folder in ("bot", "retrieval", "prompts")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted <= packed
    assert not any(name.startswith(("tests/", "benchmarks/")) for name in packed)
