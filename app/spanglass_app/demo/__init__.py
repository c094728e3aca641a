"""The demo: a small bank's assistant, two hours of its conversations, and what Spanglass says of them."""
