"""Alembic's folder: env.py holds the transaction rules, versions/ the steps."""
