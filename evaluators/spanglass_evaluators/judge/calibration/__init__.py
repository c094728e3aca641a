"""A judge measured against people: a map to their labels, agreement, bias, prevalence without the judge's errors.

All of it is pure, but for the map's file (map.py) and the labels' sources (labels.py).
"""
