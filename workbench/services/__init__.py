"""Use cases. Each declares the Protocols it needs beside it; none knows an adapter or a screen."""
