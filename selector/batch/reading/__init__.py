"""What is to be decided, as its owner keeps it: folders, manifests, tar shards, datasets on disk."""
