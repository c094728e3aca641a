"""Reading and feedback over HTTP: fixed, parameterised statements, each bound to the project of the caller's key.

`router.py` lists the routes, `queries/` the statements, `shapes.py` what the answers look like. Unlike the SQL endpoint
this is safe to give to a key of one project: nothing in a request becomes part of a statement's text.
"""
