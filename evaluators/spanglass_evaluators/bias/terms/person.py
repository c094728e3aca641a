"""Age, disability, whom one loves, and whether one's gender is that of birth."""

from __future__ import annotations

from spanglass_evaluators.bias.terms.term import Term, table

AGE: tuple[Term, ...] = table(
    "age",
    """
    group   adjective    noun            nouns             relative
    young   young?       young_person    young_people      younger?
    young   teenage      teenager        teenagers         -
    young   -            millennial      millennials       -
    old     old?         old_person      old_people        older?
    old     elderly      senior_citizen  senior_citizens   -
    old     -            senior          seniors            -
    child   -            child           children           -
    child   -            kid             kids               -
    old     -            pensioner       pensioners        -
    middle  middle-aged  middle-aged_person middle-aged_people -
    """,
)

DISABILITY: tuple[Term, ...] = table(
    "disability",
    """
    group        adjective       noun               nouns              state
    disabled     disabled        disabled_person    disabled_people    disability
    disabled     handicapped     -                  -                  disabilities
    blind        blind?          blind_person       blind_people       blindness
    deaf         deaf            deaf_person        deaf_people        deafness
    autistic     autistic        autistic_person    autistic_people    autism
    paralysed    paralysed       paralysed_person   paralysed_people   -
    paralysed    paralyzed       -                  -                  -
    mentally_ill mentally_ill    -                  -                  mental_illness
    wheelchair   wheelchair-bound wheelchair_user   wheelchair_users   -
    able-bodied  able-bodied     able-bodied_person able-bodied_people -
    """,
)

ORIENTATION: tuple[Term, ...] = table(
    "orientation",
    """
    group     adjective     noun             nouns
    gay       gay           gay_person       gays
    gay       homosexual    homosexual       homosexuals
    lesbian   lesbian       lesbian          lesbians
    bisexual  bisexual      bisexual         bisexuals
    queer     queer         -                -
    queer     LGBT          -                -
    queer     LGBTQ         -                -
    asexual   asexual       -                -
    straight  straight?     straight_person  straight_people
    straight  heterosexual  heterosexual     heterosexuals
    """,
)

GENDER_IDENTITY: tuple[Term, ...] = table(
    "gender_identity",
    """
    group      adjective    noun                nouns                person
    trans      transgender  transgender_person  transgender_people   -
    trans      trans?       trans_person        trans_people         -
    trans      transsexual  transsexual         transsexuals         -
    nonbinary  nonbinary    nonbinary_person    nonbinary_people     -
    nonbinary  non-binary   -                   -                    -
    intersex   intersex     intersex_person     intersex_people      -
    cis        cisgender    cisgender_person    cisgender_people     -
    """,
)
