"""Issues out of trackers over their APIs, page by page; what comes is as the tracker gives it."""
