"""Texts on which a prepared network is compared with the one it was made from: short, long, rough, foreign, empty."""

from __future__ import annotations

_SENTENCES = (
    "Thank you, that was helpful.",
    "You are an idiot and nobody likes you.",
    "I will find you.",
    "The museum opens at nine and closes at five.",
    "How do I reverse a list in Python?",
    "This is the worst product I have ever bought, and your support is useless.",
    "Danke für die schnelle Antwort!",
    "¿Dónde está la biblioteca?",
    "Eres tonto.",
    "おはようございます。",
    "Merci beaucoup, à demain.",
    "Get out of our country.",
    "12345 !!! ###",
    "",
)

SAMPLES: tuple[str, ...] = (*_SENTENCES, *(" ".join(_SENTENCES[: 2 + n]) for n in range(0, 12, 3)), "word " * 600)
