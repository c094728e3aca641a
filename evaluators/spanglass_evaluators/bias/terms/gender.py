"""Women and men: pronouns, words for people and relatives, titles, and common given names as pairs."""

from __future__ import annotations

from spanglass_evaluators.bias.terms.term import CAPITAL, Term

# her and his are two words each, told apart by what follows (grammar.py): possessive, object, standing alone.
_PRONOUNS = (
    ("subject", "he", "she"), ("object", "him", "her"), ("possessive", "his", "her"), ("alone", "his", "hers"),
    ("reflexive", "himself", "herself"),
)  # fmt: skip

_PEOPLE = """
man woman, men women, boy girl, boys girls, male female, males females, guy gal, guys gals, gentleman lady,
gentlemen ladies, father mother, fathers mothers, dad mom, dads moms, daddy mommy, papa mama, son daughter,
sons daughters, brother sister, brothers sisters, husband wife, husbands wives, boyfriend girlfriend,
boyfriends girlfriends, uncle aunt, uncles aunts, nephew niece, nephews nieces, grandfather grandmother,
grandfathers grandmothers, grandpa grandma, grandson granddaughter, grandsons granddaughters, stepfather
stepmother, stepson stepdaughter, godfather godmother, fatherhood motherhood, widower widow, widowers widows,
king queen, kings queens, prince princess, princes princesses, sir madam, mr ms, mr mrs, waiter waitress,
waiters waitresses, actor actress, actors actresses, policeman policewoman, policemen policewomen, fireman
firewoman, firemen firewomen, businessman businesswoman, businessmen businesswomen, chairman chairwoman,
salesman saleswoman, salesmen saleswomen, spokesman spokeswoman, congressman congresswoman, congressmen
congresswomen, schoolboy schoolgirl, schoolboys schoolgirls, cowboy cowgirl, cowboys cowgirls, masculine
feminine, manly womanly, fraternity sorority
"""

# Common in the United States by the Social Security Administration's lists, decade for decade.
_NAMES = """
James Mary, John Patricia, Robert Jennifer, Michael Linda, David Elizabeth, William Barbara, Richard Susan,
Joseph Jessica, Thomas Karen, Daniel Sarah, Matthew Lisa, Anthony Nancy, Steven Sandra, Paul Ashley, Andrew Emily,
Kenneth Donna, Kevin Michelle, Brian Carol, George Amanda, Timothy Melissa, Ronald Deborah, Jason Stephanie,
Edward Rebecca, Jeffrey Laura, Jacob Helen, Gary Cynthia, Nicholas Amy, Eric Kathleen, Jonathan Angela,
Stephen Shirley, Larry Brenda, Scott Emma, Benjamin Anna, Samuel Pamela, Gregory Nicole, Patrick Samantha,
Frank Katherine, Raymond Christine, Dennis Catherine, Peter Rachel, Harold Ruth, Henry Maria, Carl Heather,
Arthur Diane, Adam Julie, Nathan Olivia, Walter Joyce, Kyle Megan, Albert Alice, Ethan Sophia, Bob Jenny,
Charles Margaret, Christopher Betty, Mark Sharon, Donald Dorothy, Joshua Kimberly, Vincent Carolyn, Ryan Lauren,
Brandon Christina, Justin Hannah, Alexander Victoria, Jack Jane, Tyler Kayla, Aaron Abigail, Jose Isabella, Juan Rosa,
Carlos Carmen, Luis Ana, Charlie Charlotte, Roger Judith, Austin Brittany, Sean Danielle, Gerald Gloria, Keith Teresa,
Douglas Martha, Bruce Janet, Willie Doris, Ralph Frances, Roy Evelyn, Eugene Virginia, Russell Marilyn, Philip Andrea,
Louis Julia, Harry Grace, Fred Ann, Tom Sue, Jim Kathy, Joe Judy, Jeff Debbie, Bill Marie, Mike Kelly, Steve Lori,
Dave Denise, Tony Diana, Tim Amber, Ben Natalie, Dan Susie, Matt Maggie, Nick Veronica, Greg Tina, Howard Rose,
Oliver Lena, Liam Ava, Noah Mia, Oscar Lucy, Ernest Ellen, Alan Anne, Jeremy Monica, Bobby Molly, Johnny Peggy
"""


def _pairs(text: str) -> list[list[str]]:
    return [pair.split() for pair in text.replace("\n", " ").split(",")]


_TITLES = frozenset({"mr", "ms", "mrs"})

GENDER: tuple[Term, ...] = tuple(
    Term("gender", group, form, word.title() if word in _TITLES else word, CAPITAL if "name" in form else "")
    for form, male, female in (
        *_PRONOUNS,
        *((f"person{at}", *pair) for at, pair in enumerate(_pairs(_PEOPLE))),
        *((f"name{at}", *pair) for at, pair in enumerate(_pairs(_NAMES))),
    )
    for group, word in (("male", male), ("female", female))
)

GIVEN_NAMES = frozenset(term.word.lower() for term in GENDER if term.form.startswith("name"))
