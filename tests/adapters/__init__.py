"""Tests of the adapters: real git, real files, no network."""
