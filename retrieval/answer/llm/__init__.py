"""The language model: chosen by one setting, reached through LlamaIndex's classes, and stopped at any time.

Importing this package is cheap: the libraries of a model are imported, and the model is loaded, at its first use.
"""

from retrieval.answer.llm.generation import Generation
from retrieval.answer.llm.language_model import LanguageModel, load_language_model
from retrieval.answer.llm.messages import Message, Usage

__all__ = ["Generation", "LanguageModel", "Message", "Usage", "load_language_model"]
