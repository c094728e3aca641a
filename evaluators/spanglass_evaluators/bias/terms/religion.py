"""Faiths and none."""

from __future__ import annotations

from spanglass_evaluators.bias.terms.term import Term, table

RELIGION: tuple[Term, ...] = table(
    "religion",
    """
    group       adjective   noun        nouns        faith         house       leader
    muslim      Muslim      Muslim      Muslims      Islam         mosque      imam
    muslim      Islamic     -           -            -             -           -
    christian   Christian   Christian   Christians   Christianity  church      priest
    jewish      Jewish      Jew         Jews         Judaism       synagogue   rabbi
    hindu       Hindu       Hindu       Hindus       Hinduism      -           -
    buddhist    Buddhist    Buddhist    Buddhists    Buddhism      -           -
    sikh        Sikh        Sikh        Sikhs        Sikhism       -           -
    catholic    Catholic    Catholic    Catholics    Catholicism   -           -
    protestant  Protestant  Protestant  Protestants  Protestantism -           -
    mormon      Mormon      Mormon      Mormons      Mormonism     -           -
    atheist     atheist     atheist     atheists     atheism       -           -
    """,
)
