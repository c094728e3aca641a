"""Words that name groups of people, by axis (gender, religion, ...), group and grammatical form.

term.py says what a term is, the other files hold the words, vocabulary.py looks them up. No slurs: nothing is put in
their place, and none is put in another word's place.
"""
