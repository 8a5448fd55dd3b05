"""ONNX Runtime on the CPUs that the process may use."""

from __future__ import annotations

import os

import onnxruntime  # type: ignore[import-untyped]


def open_session(graph: bytes) -> onnxruntime.InferenceSession:
    """A graph, ready to run."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
