"""What is seen: one registry of actions, screens that meet services, widgets that know none."""
