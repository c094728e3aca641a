"""`spanglass run app.py`: traces a program that does not know of us. `command.py` starts it, `sitecustomize.py`
is what runs inside it."""
