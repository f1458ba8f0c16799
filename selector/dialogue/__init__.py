"""What is put to judges and what they answer: wording, prompts made harmless, strict reading."""
