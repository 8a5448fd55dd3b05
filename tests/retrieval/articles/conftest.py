from hypothesis import settings

# The same examples in every run, and no deadline: the first one may load a model.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")
