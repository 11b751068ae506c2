"""Looking around: what stores hold, collections in detail, points a page at a time. Nothing here writes."""
