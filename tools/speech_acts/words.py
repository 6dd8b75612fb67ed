"""In: the commonest words of a language. Out: what each word is, in a small file for the product.

Parts of speech by HanTa, dictionary forms by simplemma, which words are common by wordfreq: kept
libraries that bring their data in the package. They are only needed here, not by the product.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from assistant.core.language.features import ENDINGS, Lexicon
from assistant.core.language.text import normalise

MODELS = {"nl": "morphmodel_dutch.pgz", "en": "morphmodel_en.pgz", "de": "morphmodel_ger.pgz"}
COMMON = 40_000
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
NEAR = 3.0
"""A second part of speech counts when it is at most e^3 times less likely."""

Tags = Sequence[tuple[str, float]]
"""Parts of speech with their log-probability, likeliest first."""


def common(language: str, count: int = COMMON) -> list[str]:
    """The commonest words of a language, in small letters."""
    import wordfreq

    found = wordfreq.top_n_list(language, count * 2)
    return [word for word in found if WORD.fullmatch(word)][:count]


def tagger(language: str) -> Callable[[str], Tags]:
    """What tags one word by itself; German words also as they are with a capital."""
    from HanTa.HanoverTagger import HanoverTagger

    model = HanoverTagger(MODELS[language])

    def tag(word: str) -> Tags:
        found = list(model.tag_word(word))
        if language == "de":
            found += model.tag_word(word.capitalize())
        return sorted(found, key=lambda tag: -tag[1])

    return tag


def lemmatiser(language: str) -> Callable[[str], str]:
    """What gives a word's dictionary form."""
    import simplemma

    def lemma(word: str) -> str:
        return str(simplemma.lemmatize(word, lang=language))

    return lemma


def lexicon(
    language: str,
    words: Iterable[str],
    tag: Callable[[str], Tags],
    lemma: Callable[[str], str],
) -> Lexicon:
    """What these words are, with endings for all others."""
    tags: dict[str, str] = {}
    lemmas: dict[str, str] = {}
    ends: dict[str, Counter[str]] = defaultdict(Counter)
    for word in words:
        found = tag(word)
        if not found:
            continue
        near = [short(language, name) for name, p in found if p > found[0][1] - NEAR]
        key = normalise(word)
        tags.setdefault(key, "/".join(sorted(dict.fromkeys(near).keys() & set(near[:3]))[:2]))
        base = normalise(lemma(word))
        if base != key:
            lemmas.setdefault(key, base)
        for length in ENDINGS:
            if len(key) > length:
                ends[key[-length:]][tags[key]] += 1
    endings = {end: count.most_common(1)[0][0] for end, count in ends.items()}
    return Lexicon(tags=tags, lemmas=lemmas, endings=endings)


def short(language: str, tag: str) -> str:
    """A part of speech in as few letters as the judge needs; names and nouns are one."""
    kind, _, rest = tag.partition("(")
    parts = rest.rstrip(")").split(",")
    if language != "nl":
        return {"NE": "NN", "NP0": "NN1", "UNC": "NN1"}.get(tag, tag)
    match kind:
        case "WW":
            tense = {"pv": "p", "inf": "i", "vd": "d", "od": "o"}[parts[0]]
            person = "".join(part[0] + part[-1] for part in parts[1:]) if tense == "p" else ""
            return f"V{tense}{person}{'e' if 'met-e' in parts else ''}"
        case "N" | "SPEC":
            return "Nm" if "mv" in parts else "N"
        case "ADJ":
            return f"A{'e' if 'met-e' in parts else ''}{'c' if 'comp' in parts else ''}"
        case "VNW":
            return f"P{parts[0][:3]}{parts[1][:3]}"
    return kind


def save(made: Lexicon, language: str, folder: Path) -> Path:
    """Write the file that the product reads; what the endings tell already is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    by_ending = Lexicon(endings=made.endings)
    kept = [w for w, tag in made.tags.items() if w in made.lemmas or by_ending.tag(w) != tag]
    names = sorted({*made.tags.values(), *made.endings.values()})
    number: Mapping[str, int] = {name: i for i, name in enumerate(names)}
    path = folder / f"words-{language}.npz"
    np.savez_compressed(
        path,
        names=np.array(names),
        words=_letters(kept),
        tags=np.array([number[made.tags[word]] for word in kept], np.uint16),
        lemmas=_letters([made.lemmas.get(word, "") for word in kept]),
        endings=_letters(made.endings),
        ending_tags=np.array([number[tag] for tag in made.endings.values()], np.uint16),
    )
    return path


def _letters(words: Iterable[str]) -> "np.ndarray[tuple[int], np.dtype[np.uint8]]":
    return np.frombuffer("\n".join(words).encode("utf-8"), np.uint8)
