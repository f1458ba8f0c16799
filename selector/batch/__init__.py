"""Many requests: from folders and manifests to shards of decisions, here or on a cluster."""
