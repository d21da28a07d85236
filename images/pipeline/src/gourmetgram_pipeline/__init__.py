"""The steps that turn a model version into a container in staging."""
