"""The form of an answer, whatever it says: cut off, repeating itself, in the asked format and language, readable."""
