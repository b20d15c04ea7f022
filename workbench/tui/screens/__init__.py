"""Screens: the only place where a worker meets a service."""
