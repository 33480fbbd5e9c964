"""Fuzzing of every decoder: by hypothesis at each change, by atheris at night."""
