"""What is known of words and sentences by several rules."""
