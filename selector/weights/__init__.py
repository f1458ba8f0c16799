"""The models: what each is, where it comes from, its licence and checksum; fetch and verify."""
