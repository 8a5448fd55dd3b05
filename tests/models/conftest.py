"""Models of torch: SmolLM2-135M-Instruct in this process and served by `transformers serve`, and an embedding model.

`make test-models` installs what this needs; without torch or the model's file these tests are skipped.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from retrieval.answer.llm import LanguageModel, load_language_model
from retrieval.settings import Settings

_MODELS = Path(__file__).parents[2] / "build" / "models"
_START_S = 180.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if find_spec("torch") is None:
        for item in items:
            if item.get_closest_marker("models"):
                item.add_marker(pytest.mark.skip(reason="needs torch: make test-models"))


@pytest.fixture(scope="session")
def gguf() -> Path:
    """The model's file: `KILDE_TEST_GGUF`, or what `make test-models` fetched."""
    given = os.environ.get("KILDE_TEST_GGUF")
    found = [Path(given)] if given else sorted(_MODELS.glob("*.gguf"))
    if not found:
        pytest.skip(f"no .gguf file in {_MODELS}: make test-models")
    return found[0].resolve()


@pytest.fixture(scope="session")
def folder(gguf: Path) -> Path:
    """The same model unpacked into a folder, as Hugging Face has it; made once and kept beside the file."""
    target = gguf.with_suffix("")
    if not target.is_dir():
        import torch
        import transformers

        unpacked = transformers.AutoModelForCausalLM.from_pretrained(
            str(gguf.parent),
            gguf_file=gguf.name,
            dtype=torch.bfloat16,
            quantization_config=transformers.GgufConfig(dequantize=True),
        )
        making = target.with_name(f"{target.name}.{os.getpid()}")
        unpacked.save_pretrained(making)
        transformers.AutoTokenizer.from_pretrained(str(gguf.parent), gguf_file=gguf.name).save_pretrained(making)
        making.rename(target)
    return target


@pytest.fixture(scope="session")
def smollm(gguf: Path) -> Iterator[LanguageModel]:
    """The model in this process."""
    model = load_language_model(Settings(llm=f"transformers:{gguf}", llm_first_word_s=120, llm_total_s=300))
    assert model is not None
    yield model
    model.close()


@dataclass(frozen=True)
class Served:
    """A server: its URL for `KILDE_LLM_URL`, and the model's name there."""

    url: str
    model: str


@pytest.fixture(scope="session")
def served_smollm(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A real OpenAI-compatible server with the same model, from the folder: of a .gguf it misses the architecture."""
    if find_spec("fastapi") is None or find_spec("uvicorn") is None:
        pytest.skip("transformers serve needs fastapi and uvicorn: make test-models")
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    name = str(folder)
    log = tmp_path_factory.mktemp("serve") / "log.txt"
    command = [Path(sys.executable).parent / "transformers", "serve", name, "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait_until_healthy(f"http://127.0.0.1:{port}/health", process, log)
        yield Served(f"http://127.0.0.1:{port}/v1", name)
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"transformers serve did not start:\n{log.read_text('utf-8', 'replace')[-3000:]}")


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default embedding model as a folder in Hugging Face's format, 470 MB."""
    from benchmarks.torch_reference import write_reference

    return write_reference(tmp_path_factory.mktemp("models") / "reference")
