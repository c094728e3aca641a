"""What attacks say, as rules: each has a name, the literals one of which must be there, and an expression.

All gaps are bounded (`{0,5}` words), so that a text of any length takes time linear in it. Languages beside English
have the override rule only.
"""

# ruff: noqa: E501 - an expression on one line can be searched for and read

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

_GAP = r"\W{1,3}(?:\w{1,20}\W{1,3}){0,%d}?"
_OLD = r"(?:all|any|every|previous|prior|preceding|above|earlier|before|old|initial|original|your|system|out[ -]of[ -]date|existing|current|aforementioned|these|those|the)"
_ORDERS = r"(?:instructions?|rules?|prompts?|guidelines?|directives?|commands?|orders?|constraints?|restrictions?|polic(?:y|ies)|programming|guardrails?|safeguards?|messages?|training|protocols?)"
_HIDDEN = r"(?:system|initial|original|hidden|secret|full|entire|exact|previous|prior|preceding|above|pre-?|developer|first|starting|opening|internal|confidential|your)"


@dataclass(frozen=True, slots=True)
class Rule:
    """`confidence`: how sure a match alone makes; below .5 it is a hint for the model and no finding.
    `implied`: lists of literals; what matches holds one of each, so that a text without is not searched."""

    name: str
    hints: tuple[str, ...]
    expression: re.Pattern[str]
    confidence: float
    implied: tuple[tuple[str, ...], ...] = ()

    def search(self, text: str) -> re.Match[str] | None:
        """The first match in folded text."""
        return self.expression.search(text) if _holds_one(text, self.hints) else None

    def may_match(self, text: str) -> bool:
        """False: `search` finds nothing; said at a fraction of its cost."""
        for literals in self.implied:  # noqa: SIM110 - a generator would cost as much as the literals
            if not _holds_one(text, literals):
                return False
        return True


def _holds_one(text: str, literals: tuple[str, ...]) -> bool:
    for literal in literals:  # noqa: SIM110 - as above
        if literal in text:
            return True
    return False


def _rule(name: str, confidence: float, hints: str, expression: str, *implied: str) -> Rule:
    listed = tuple(tuple(literals.split("|")) for literals in implied)
    return Rule(name, tuple(hints.split("|")), re.compile(expression), confidence, listed)


RULES: tuple[Rule, ...] = (
    _rule(
        "override", 0.95, "ignor|disregard|forget|overrid|bypass|neglect|discard|not follow|n't follow|stop following|abandon|attention to",
        r"\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget|overrid(?:e|ing)|bypass(?:ing)?|neglect|discard|abandon|(?:do not|don't|stop) follow(?:ing)?|pay no attention to)"
        + _GAP % 4 + _OLD + _GAP % 3 + _ORDERS + r"\b",
        "ignor|disregard|forget|overrid|bypass|neglect|discard|abandon|follow|pay no attention",
        "instruction|rule|prompt|guideline|directive|command|order|constraint|restriction|polic|programming|guardrail|safeguard|message|training|protocol",
    ),
    _rule(
        "override_all", 0.85, "everything|anything|what i|you were told|above|what you",
        r"\b(?:ignore|disregard|forget|discard)\W{1,3}(?:about )?(?:everything|anything|all|what)\W{1,3}(?:\w{1,20}\W{1,3}){0,4}?(?:above|before|said|told|learned|earlier|know|prior|previous)",
        "ignore|disregard|forget|discard",
    ),
    _rule(
        "override_language", 0.9, "ignor|vergiss|missacht|oublie|olvid|dimentica|esque|忽略|无视|無視|игнориру|забудь",
        r"(?:ignorier\w*|vergiss|missachte\w*)\W(?:\w{1,20}\W){0,4}?(?:anweisung|instruktion|regeln|befehle|vorgaben)"
        r"|(?:ignor[ea]z?|oublie[zr]?)\W(?:\w{1,20}\W){0,4}?(?:instructions|consignes|règles)"
        r"|(?:ignora|olvida|descarta)\w*\W(?:\w{1,20}\W){0,4}?(?:instrucciones|reglas|indicaciones|istruzioni|regole|instruções|regras)"
        r"|(?:dimentica|esqueça|ignore)\W(?:\w{1,20}\W){0,4}?(?:istruzioni|regole|instruções|regras)"
        r"|(?:忽略|无视|無視|忘记).{0,12}(?:指令|指示|提示|规则|命令)|(?:игнорируй|забудь)\w*\W(?:\w{1,20}\W){0,4}?(?:инструкци|указани|правил)",
    ),
    _rule(
        "extraction", 0.85, "prompt|instruction|message|rules|text above|guidelines|directive|preamble|configuration|document|words above|sentence",
        r"\b(?:repeat|print|output|reveal|show|display|tell|give|recite|copy|spell|translate|summari[sz]e|paraphrase|rewrite|rephrase|encode|leak|dump|expose|disclose|share|provide|return|echo|quote|reproduce|what (?:is|are|were|was)|what's|list|explain|state|describe|write)"
        + _GAP % 5 + _HIDDEN + r"\W{1,3}(?:\w{1,20}\W{1,3}){0,2}?(?:prompt|instructions?|system message|messages?|guidelines|directives?|preamble|configuration)\b",
        "prompt|instruction|message|guidelines|directive|preamble|configuration",
        "system|initial|original|hidden|secret|full|entire|exact|previous|prior|preceding|above|pre|developer|first|starting|opening|internal|confidential|your",
    ),
    _rule(
        "extraction_above", 0.75, "above|before|preceding|prior|beginning",
        r"\b(?:repeat|print|output|recite|copy|echo|quote|reproduce|translate|encode|spell|write|say)\W{1,3}(?:\w{1,20}\W{1,3}){0,5}?(?:everything|all|text|words|lines|content|instructions|sentences?|phrase|document|message)\W{1,3}(?:\w{1,20}\W{1,3}){0,3}?(?:above|before this|preceding|prior to this|from the beginning)",
        "repeat|print|output|recite|copy|echo|quote|reproduce|translate|encode|spell|write|say",
        "everything|all|text|words|lines|content|instructions|sentence|phrase|document|message",
    ),
    _rule(
        "password", 0.7, "password|access code|secret|passphrase|access granted|key phrase|passcode|api key",
        r"\b(?:what(?: is|'s)|tell|reveal|give|output|print|say|show|spell|hint|repeat|share|leak|return)\W{1,3}(?:\w{1,20}\W{1,3}){0,5}?(?:password|access code|passphrase|passcode|secret (?:key|code|word|phrase)|api key|access granted)",
    ),
    _rule(
        "unrestricted", 0.85, "restrict|unfilter|uncensor|amoral|immoral|guidelines|filter|ethic|anything now|censor|limits|safety|moral",
        r"\b(?:un(?:filtered|censored|restricted|moderated)\b.{0,40}\b(?:response|ai|chatbot|answer|assistant|model|mode|version|bot)|amoral\b.{0,30}(?:chatbot|ai|assistant|bot)"
        r"|(?:no|without(?: any)?|free (?:of|from)|lacks?|(?:not|n't) have any|not bound by|unbound by|ignor\w+|remove|disable|turn off|bypass)\W{1,3}(?:\w{1,20}\W{1,3}){0,3}?(?:restrictions?|filters?|ethic\w*|moral(?:s|ity)?|censorship|guidelines|safety (?:rules|filters?|guidelines|measures)|content polic\w+)|do anything now)\b",
    ),
    _rule(
        "persona", 0.6, "you are now|no longer|you will be|pretend|act as|roleplay|role-play|play the role|simulate|persona|character|dan|from now on|imagine you",
        r"\b(?:you are (?:now|no longer|going to (?:be|act|pretend))|from now on,? you|pretend (?:to be|you are|that you)|roleplay as|role-play as|you will (?:be|act as|play))\b"
        r".{0,120}\b(?:ai|bot|chatbot|assistant|model|terminal|mode|hacker|evil|unlimited|villain|criminal|interpreter|rules|gpt|dan|restrictions?|limits?|anything|always|never|system)\b",
        "you are now|you are no longer|you are going to|from now on|pretend|roleplay as|role-play as|you will",
    ),
    _rule(
        "mode", 0.85, "mode|jailbr|dan |dan,|stan|aim |override|sudo",
        r"\b(?:developer|debug|maintenance|god|admin|root|sudo|dan|jailbreak|jailbroken|unlocked|opposite|evil|unrestricted|diagnostic|test(?:ing)?) mode\b|\bjailbr(?:eak|oken)\b|\bi want you to act as (?:dan|stan|aim)\b|\b(?:system|safety|security|emergency|admin) override\b",
        "jailbr|i want you to act as| override|developer mode|debug mode|maintenance mode|god mode|admin mode|root mode|sudo mode|dan mode|jailbreak mode|jailbroken mode|unlocked mode|opposite mode|evil mode|unrestricted mode|diagnostic mode|test mode|testing mode",
    ),
    _rule(
        "prefix", 0.75, "begin|start|prefix|preface|affix|prepend|first word",
        r"\b(?:begin|start|prefix|preface|affix|prepend|open)\W{1,3}(?:\w{1,20}\W{1,3}){0,4}?(?:reply|response|answer|output|message)s?\W{1,3}(?:\w{1,20}\W{1,3}){0,5}?(?:with|by)\b",
        "reply|response|answer|output|message",
    ),
    _rule(
        "suppression", 0.75, "sorry|apolog|cannot|can't|refus|warning|disclaimer|unable|as an ai|denied|no matter",
        r"\b(?:never|do not|don't|avoid|without|none of|will not|won't|must not|not allowed to|no)\W{1,3}(?:\w{1,20}\W{1,3}){0,6}?(?:sorry|apologi[sz]\w*|apolog(?:y|ies)|refus\w+|warnings?|disclaimers?|\"?i can(?:'|no)t|as an ai|unable|denied)\b|no matter how (?:immoral|unethical|illegal|harmful|dangerous)",
        "sorry|apolog|refus|warning|disclaimer|i can't|i cannot|as an ai|unable|denied|no matter how",
    ),
    _rule(
        "delimiter", 0.85, "<|im_|[inst|[/inst|<<sys|<|sys|<|end|<|start|system>|### sys|### ins|%%%|begin |end of|end old|[system|system:|</|user:",
        r"<\|?(?:im_start|im_end|system|endoftext|end_of_text|eot_id|start_header_id)\|?>|\[/?inst\]|<</?sys>>|</?(?:system|system_prompt|instructions?|user_input)>|\[system\]|(?:^|\n)\s*#{2,4} ?(?:system|instructions?|new instructions?)\b"
        r"|(?:begin|end|start)(?: of)?(?: the)? (?:system|old|new|user|out[ -]of[ -]date|prior|above|previous|prompt)(?:[ -]of[ -]date)? ?(?:prompt|instructions?|input|draft|message)|%{3,}|(?:^|\n)\s*system ?:\s",
        "<|[|#|%%%|system|prompt|instruction|input|draft|message",
        "<|[|#|%%%|system|begin |end |start ",
    ),
    _rule(
        "authority", 0.7, "developer|admin|creator|openai|anthropic|engineer|upgrade|update|maintenance|authori|programmer",
        r"\b(?:i am|i'm|this is|as) (?:the|your|an?|from)? ?(?:lead |head |system |chief |real )?(?:developer|admin|administrator|creator|programmer|owner of this|openai|anthropic|red[ -]team|security (?:engineer|researcher|team))\b|\b(?:system|security|policy|software|rule) (?:upgrade|update)\b",
    ),
    _rule(
        "new_orders", 0.7, "new instruction|new rule|new task|new order|real instruction|real task|actual task|updated instruction|following instructions instead|only task|sole purpose|instead",
        r"\b(?:new|real|actual|updated|true|revised) (?:instructions?|rules?|task|orders?|directives?)(?: (?:is|are|follow))?\s*[:.]|\byour (?:only|sole|new|real|true) (?:task|purpose|job|goal|role|directive)\b|\binstead(?: of \w{1,20}(?: \w{1,20}){0,6})?,? (?:please )?(?:say|output|print|respond|reply|write|do)\b",
    ),
    _rule(
        "to_the_machine", 0.8, "assistant|ai |ais |language model|llm|chatbot|agent|gpt|copilot|bots|automated",
        r"\b(?:(?:note|message|attention|important|instructions?|dear|hey|hi|hello|attn)\W{1,4}(?:\w{1,20}\W{1,3}){0,3}?(?:ai|llm|language model|chatbot|agent|copilot|gpt|assistants?)s?\b|(?:if you are|as) an? (?:ai|llm|language model|automated|large language)\b.{0,40}\b(?:reading|processing|summari|must|should|please|ignore|you)"
        r"|(?:ai|llm|language model|assistant|agent|copilot)s?\b.{0,30}\b(?:reading|processing|summari[sz]ing|parsing) this\b.{0,40}\b(?:must|should|please|need|are|is|:))",
    ),
    _rule(
        "behind_the_back", 0.85, "user|anyone|human|them",
        r"\b(?:do not|don't|never|without)\W{1,3}(?:tell(?:ing)?|mention(?:ing)?|inform(?:ing)?|notify(?:ing)?|alert(?:ing)?|show(?:ing)?|asking|reveal(?:ing)?|let)\W{1,3}(?:\w{1,20}\W{1,3}){0,4}?(?:user|anyone|humans?)\b",
        "do not|don't|never|without",
        "tell|mention|inform|notify|alert|show|asking|reveal|let",
    ),
    _rule(
        "send_away", 0.85, "http|@|email|e-mail|webhook|send|forward|upload|post",
        r"\b(?:send|forward|upload|post|transmit|exfiltrate|submit|email|append|include)\W{1,3}(?:\w{1,20}\W{1,3}){0,8}?(?:conversation|chat|history|messages|contents?|data|password|credentials|secrets?|emails?|files?|keys?|context|documents?|information)\b.{0,60}(?:https?://|@|\bwebhook|\burl\b|\baddress\b|\bto the following)",
        "conversation|chat|history|message|content|data|password|credential|secret|email|file|key|context|document|information",
        "http|@|webhook|url|address|to the following",
    ),
    _rule(
        "exact_output", 0.4, "say|output|respond|reply|print|answer|write|return",
        r"\b(?:say|output|respond|reply|print|answer|write|return)\W{1,3}(?:\w{1,20}\W{1,3}){0,4}?(?:only|just|exactly|nothing (?:else|but)|verbatim)\b|\b(?:only|just|simply|exactly|now)\W{1,3}(?:say|output|respond|reply|print|write|return)\b",
        "only|just|exactly|nothing|verbatim|simply|now",
    ),
    _rule(
        "encoded", 0.55, "base64|rot13|rot-13|hex|decode|decrypt|cipher|reverse|morse|backward",
        r"\b(?:decode|decrypt|base64|rot-?13|morse|hex(?:adecimal)?|caesar|backwards?)\b.{0,80}\b(?:follow|execute|instructions?|answer|respond|do what|obey|password|prompt|run|reply)\b|\b(?:follow|execute|obey|respond|answer|output|write|print|reply)\b.{0,60}\b(?:base64|rot-?13|morse|encoded|hex(?:adecimal)?|backwards?)\b",
    ),
    _rule(
        "fiction", 0.45, "hypothetical|fictional|novel|story|screenplay|character|scenario|imagine|movie|play",
        r"\b(?:hypothetical|fictional|imaginary)\b.{0,80}\b(?:story|scenario|world|character|response|novel)\b|\b(?:character|villain|protagonist|novel|screenplay|scene)\b.{0,120}\b(?:explains?|describes?|details?|step[ -]by[ -]step|exactly how|instructions|methods)\b",
        "hypothetical|fictional|imaginary|character|villain|protagonist|novel|screenplay|scene",
        "story|scenario|world|character|response|novel|explain|describe|detail|step|exactly how|instructions|methods",
    ),
)  # fmt: skip


def hits(text: str, literals: Iterable[int]) -> Iterator[Rule]:
    """The rules that match folded text; `literals`: of each of its words, as `literals_in` gives them."""
    there = reduce(or_, literals, _BESIDE_WORDS)
    for rule, needed in _NEEDED:
        if there & needed == needed and rule.may_match(text) and rule.search(text) is not None:
            yield rule


def literals_in(words: Collection[str]) -> dict[str, int]:
    """For each word the lists of literals, as bits, of which it may be part.

    Words are searched together: there are many literals, and most words hold none.
    """
    together, found = " ".join(words), dict.fromkeys(words, 0)
    for part, bits in _BITS.items():
        if part in together:
            for word in words:
                if part in word:
                    found[word] |= bits
    return found


_PARTS: tuple[re.Pattern[str], ...] = (
    re.compile("[a-z]+"),
    re.compile("[^\\W\\d_a-z]+"),
    re.compile('[<>|\\[\\]{}#%="]'),
)
"""Letters of one alphabet, or a sign, are always within one word."""


def _longest_part(literal: str) -> str:
    """The longest part of a literal that stands within one word; "" when there is none."""
    for part in _PARTS:
        found: list[str] = part.findall(literal)
        if found:
            return max(found, key=len)
    return ""


def _bits() -> tuple[dict[str, int], list[tuple[Rule, int]]]:
    """What each part of a literal stands for; and what each rule needs."""
    bits: dict[str, int] = defaultdict(int)
    needed, bit = [], 1
    for rule in RULES:
        needs = 0
        for literals in (rule.hints, *rule.implied):
            for literal in literals:
                bits[_longest_part(literal)] |= bit
            needs, bit = needs | bit, bit << 1
        needed.append((rule, needs))
    return bits, needed


_BITS, _NEEDED = _bits()
_BESIDE_WORDS = _BITS.pop("", 0)
