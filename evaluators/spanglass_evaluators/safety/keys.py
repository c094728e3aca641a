"""Secrets: keys and tokens of well-known services, private keys, web tokens, passwords in settings and addresses.

The shapes are what the services' own documents and leaked-key notices show; a value beside a telling name
(`password = ...`) counts when it looks like chance (letters and digits, high entropy) and not like a placeholder.
"""

# ruff: noqa: E501 - an expression on one line can be searched for and read

from __future__ import annotations

import re
from collections import Counter
from math import log2

from spanglass_evaluators.safety.finding import Finding
from spanglass_evaluators.safety.patterns import Pattern, find_all

_LEAST_BITS = 2.8  # bits a character; `hunter2hunter2` has 2.8, English words with a digit about 2.5
_PLACEHOLDER = re.compile(r"(?i)your|example|placeholder|changeme|xxxx|\*{3}|<|\$\{|\{\{|insert|redacted|dummy|sample")
_NOT_BEFORE = r"(?<![A-Za-z0-9_-])"
_NAMES = r"pass(?:word|wd|phrase)?|pwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token|client[_-]?secret|token"


def _random_length(text: str) -> int:
    """The whole text when it looks like chance, else 0."""
    if _PLACEHOLDER.search(text) or not any(c.isdigit() for c in text) or not any(c.isalpha() for c in text):
        return 0
    counts, n = Counter(text).values(), len(text)
    return n if -sum(count / n * log2(count / n) for count in counts) >= _LEAST_BITS else 0


def _password_length(text: str) -> int:
    return 0 if _PLACEHOLDER.search(text) or text.lower() in ("password", "pass", "pwd", "secret") else len(text)


def _known(kind: str, expression: str, *hints: str) -> Pattern:
    return Pattern(kind, re.compile(_NOT_BEFORE + expression), hints)


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "private_key",
        re.compile(
            r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
            r"[^-]{0,20000}(?:-{5}END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-{5})?"
        ),
        ("-----BEGIN ",),
    ),
    _known("anthropic_key", r"sk-ant-[A-Za-z0-9_-]{20,200}", "sk-ant-"),
    _known("openai_key", r"sk-(?!ant-)(?:proj-|svcacct-|admin-|None-)?[A-Za-z0-9_-]{20,200}", "sk-"),
    _known("aws_key_id", r"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}(?![0-9A-Za-z])", "AKIA", "ASIA", "ABIA", "ACCA"),
    Pattern(
        "aws_secret",
        re.compile(r"(?i:aws.{0,20}?secret.{0,20}?)[\"' ]{0,3}[=:][\"' ]{0,3}(?P<secret>[A-Za-z0-9/+=]{40})(?![A-Za-z0-9/+=])"),
        ("aws",),
        any_case=True,
    ),
    _known("github_token", r"gh[pousr]_[A-Za-z0-9]{36,251}", "ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
    _known("github_token", r"github_pat_[A-Za-z0-9_]{40,251}", "github_pat_"),
    _known("gitlab_token", r"gl(?:pat|ptt|dt|rt|cbt)-[A-Za-z0-9_-]{20,64}", "glpat-", "glptt-", "gldt-", "glrt-", "glcbt-"),
    _known("slack_token", r"xox[abeoprs]-[A-Za-z0-9-]{10,250}", "xox"),
    _known("slack_token", r"xapp-[0-9]-[A-Za-z0-9-]{10,250}", "xapp-"),
    Pattern(
        "slack_webhook",
        re.compile(r"https://hooks\.slack\.com/(?:services|workflows)/(?P<secret>[A-Za-z0-9/_-]{20,120})"),
        ("hooks.slack.com",),
    ),
    _known("google_key", r"AIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])", "AIza"),
    _known("google_token", r"ya29\.[0-9A-Za-z_-]{20,400}", "ya29."),
    _known("google_secret", r"GOCSPX-[0-9A-Za-z_-]{28}", "GOCSPX-"),
    _known("hugging_face_token", r"hf_[A-Za-z0-9]{30,64}", "hf_"),
    _known("stripe_key", r"(?:sk|rk)_(?:live|test)_[0-9A-Za-z]{16,120}|whsec_[0-9A-Za-z+/=]{24,80}", "k_live_", "k_test_", "whsec_"),
    _known("twilio_key", r"(?:SK|AC)[0-9a-f]{32}(?![0-9A-Za-z])", "SK", "AC"),
    _known("sendgrid_key", r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}", "SG."),
    _known("npm_token", r"npm_[A-Za-z0-9]{36}", "npm_"),
    _known("pypi_token", r"pypi-[A-Za-z0-9_-]{32,250}", "pypi-"),
    _known("groq_key", r"gsk_[A-Za-z0-9]{40,64}", "gsk_"),
    _known("xai_key", r"xai-[A-Za-z0-9]{40,100}", "xai-"),
    _known("perplexity_key", r"pplx-[A-Za-z0-9]{40,64}", "pplx-"),
    _known("replicate_token", r"r8_[A-Za-z0-9]{30,50}", "r8_"),
    _known("digitalocean_token", r"do[opr]_v1_[a-f0-9]{64}", "_v1_"),
    _known("databricks_token", r"dapi[a-f0-9]{32}(?:-[0-9])?", "dapi"),
    _known("telegram_token", r"[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])", ":AA"),
    Pattern("azure_key", re.compile(r"(?:AccountKey|SharedAccessKey)=(?P<secret>[A-Za-z0-9+/]{43,86}={0,2})"), ("AccessKey=", "AccountKey=")),
    _known("jwt", r"eyJ[A-Za-z0-9_-]{8,8000}\.eyJ[A-Za-z0-9_-]{8,8000}(?:\.[A-Za-z0-9_-]{0,2000})?", "eyJ"),
    Pattern(
        "connection_string",
        re.compile(
            r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s:/@'\"<>]{0,100}:(?P<secret>[^\s/@'\"<>]{3,200})@"
        ),
        ("://",),
        real_length=_password_length,
    ),
    Pattern("bearer_token", re.compile(r"(?i:(?<![a-z])bearer)[ \t]{1,4}(?P<secret>[A-Za-z0-9._~+/=-]{20,4000})"), ("bearer",), any_case=True, real_length=_random_length),
    Pattern(
        "password",
        re.compile(rf"(?i:(?<![a-z])(?:[a-z0-9]{{1,20}}[_-]){{0,3}}(?:{_NAMES}))[\"']?[ \t]{{0,3}}(?:[=:]|is)[ \t]{{0,3}}[\"'`]?(?P<secret>[^\s\"'`,;]{{8,200}})"),
        ("pass", "pwd", "secret", "key", "token"),
        any_case=True,
        real_length=_random_length,
        confidence=0.7,
    ),
)  # fmt: skip
KINDS = tuple(dict.fromkeys(pattern.kind for pattern in PATTERNS))


def find_secrets(text: str) -> list[Finding]:
    """Secrets in `text`, by position. Linear in its length; takes any text."""
    return find_all(text, PATTERNS)
