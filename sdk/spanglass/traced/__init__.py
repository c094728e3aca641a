"""What an application writes: `@trace`, `with span(...)`, `score(...)`."""
