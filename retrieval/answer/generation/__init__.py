"""Answers written by a language model: prompt, reply, and the check of every sentence."""
