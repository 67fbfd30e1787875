"""A session over a real document: it is read from its beginning, then questions are put to it one after another.

What LensNet would do is done by a lexical stand-in (`Lens`): BM25 over level-0 blocks says how relevant each block is
to the question, and each slot of the working context gets a signed score from the relevance of its span. Nothing here
knows an allocator; `play` drives one, `recorded_session` drives the reference.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple, Protocol
from unicodedata import category

from focalloc.conformance.cases import Case, Step, from_json, to_json
from focalloc.refimpl.allocator import ReferenceAllocator
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Block, Context, used
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.printable import counted
from focalloc.spec.scores import SCORE_SCALE, quantise
from focalloc.spec.state import State, advanced, ingested, opened

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Myanmar, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
"""Characters, as of a class of `re`, of scripts that put no spaces between words: each is a token of its own."""


@cache
def token() -> re.Pattern[str]:
    """A word, a character of a script without spaces, or a run of punctuation.

    Accents, vowel signs and the like belong to the letter before them, though `re` takes them for no letters.
    """
    marks = "".join(char for char in map(chr, range(0x300, 0x20000)) if category(char).startswith("M"))
    return re.compile(rf"[{UNSPACED}][{marks}]*|(?:[^\W{UNSPACED}][{marks}]*)+|[^\w\s]+")


UNSPACED_TOKEN = re.compile(f"[{UNSPACED}]")

DEFAULT_QUERIES = (
    "how does a with statement enter and exit a context manager",
    "which exceptions does a try statement catch, and when does finally run",
    "customise attribute access with __getattr__ and descriptors",
    "format a float with a given precision in a format string",
    "what does yield from do inside a generator",
    "how does a with statement enter and exit a context manager",
)
"""Questions to the default document. The last repeats the first, so focus must find its way back."""


@dataclass(frozen=True)
class Document:
    """A text and its tokens, as `token` finds them, in order.

    Attributes:
        name: what to call it on screen.
        text: the whole text.
    """

    name: str
    text: str

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where each token begins and ends in `text`."""
        return tuple(match.span() for match in token().finditer(self.text))

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The tokens, in lower case."""
        return tuple(self.text[begin:end].lower() for begin, end in self.spans)

    def excerpt(self, start: int, tokens: int) -> str:
        """The text of ``tokens`` tokens from token ``start``, on one line."""
        covered = self.spans[start : start + tokens]
        return " ".join(self.text[covered[0][0] : covered[-1][1]].split()) if covered else ""


def default_document() -> Document:
    """The language reference that every CPython carries in ``pydoc_data.topics``.

    Raises:
        InvalidInput: this Python was installed without it.
    """
    try:
        from pydoc_data.topics import topics
    except ImportError:
        raise InvalidInput(
            "document", "pydoc_data.topics", "is not part of this Python installation; give a text file instead"
        ) from None
    return Document("pydoc_data.topics", "\n\n".join(topics[name].strip() for name in sorted(topics)))


def pairs(tokens: Sequence[str]) -> list[str]:
    """Each token joined with the next, where both are of a script without spaces; empty where not.

    There a word is mostly two characters or more, and one says little about a text.
    """
    unspaced = [UNSPACED_TOKEN.match(token) is not None for token in tokens]
    if True not in unspaced:
        return []
    return [tokens[i] + tokens[i + 1] if here and beside else "" for i, (here, beside) in enumerate(pairwise(unspaced))]


def terms(tokens: Sequence[str]) -> list[str]:
    """What tokens are found by: themselves, and pairs of them."""
    return [*tokens, *filter(None, pairs(tokens))]


class Lens:
    """Scores every slot of a working context over ``document``, for one question at a time.

    Args:
        document: the document; only its whole level-0 blocks are looked at.
        geometry: shape of the tree over it.

    Raises:
        InvalidInput: the document is shorter than one level-0 block.
    """

    def __init__(self, document: Document, geometry: Geometry) -> None:
        self.geometry = geometry
        self.document = document
        span = geometry.span(0)
        self.blocks = len(document.tokens) // span
        if self.blocks == 0:
            raise InvalidInput(
                "document", document.name, f"has {counted(len(document.tokens), 'token')}; one block takes {span}"
            )
        with warnings.catch_warnings():  # with tqdm it warns, in a notebook, of a bar that nobody shows
            warnings.simplefilter("ignore")
            import bm25s

        self._bm25 = bm25s.BM25()
        whole = [terms(document.tokens[i * span : (i + 1) * span]) for i in range(self.blocks)]
        self._bm25.index(whole, show_progress=False)

    def relevance(self, query: str) -> list[float]:
        """How relevant each level-0 block is to ``query``, from 0 to 1; what is beside a match matters half as much."""
        words = terms([word.lower() for word in token().findall(query)])
        raw = [float(x) for x in self._bm25.get_scores(words)] if words else [0.0] * self.blocks
        best = max(raw)
        if best <= 0:
            return [0.0] * self.blocks
        padded = [0.0, *raw, 0.0]
        near = zip(padded, raw, padded[2:], strict=False)
        return [max(here, before / 2, after / 2) / best for before, here, after in near]

    def focus(self, query: str) -> Focus:
        """The lens turned to ``query``."""
        tokens = [word.lower() for word in token().findall(query)]
        words = frozenset([*(word for word in tokens if len(word) > 2), *filter(None, pairs(tokens))])
        return Focus(self.geometry, self.document, self.relevance(query), words)


ASKED_FOR = quantise(0.25)
"""What a raw token gains by being a word of the question."""


def signed(relevance: float) -> int:
    """The score of a span of the given relevance: -1.0 where nothing matches, 1.0 at the best match, fixed point."""
    return quantise(round(2 * relevance - 1, 4))


class Focus:
    """Slot scores for one question, a fixed function of the node.

    A gist is as relevant as the best block in its span. A level below the top is never asked to compress harder than
    its parent is, so what lies beside a wanted block is kept rather than collapsed over it; this makes the scores
    coherent (no node is asked to expand while its family is asked to collapse).
    """

    def __init__(
        self, geometry: Geometry, document: Document, relevance: Sequence[float], words: frozenset[str]
    ) -> None:
        self._geometry = geometry
        self._raw = [signed(r) for r in relevance]
        self._asked = [token in words for token in document.tokens]
        for i, pair in enumerate(pairs(document.tokens)):
            if pair in words:
                self._asked[i] = self._asked[i + 1] = True
        levels = [list(relevance)]
        for arity in geometry.arity[1:]:
            below = levels[-1]
            levels.append([max(below[i : i + arity]) for i in range(0, len(below), arity)])
        scores = [[signed(r) for r in level] for level in levels]
        for level in range(len(scores) - 2, -1, -1):
            arity = geometry.arity[level + 1]
            scores[level] = [max(score, min(0, scores[level + 1][i // arity])) for i, score in enumerate(scores[level])]
        self._gists = scores

    def scores(self, context: Context) -> list[int]:
        """One fixed-point score per slot of ``context``, oldest first."""
        geometry, slots = self._geometry, list[int]()
        for level, start in context:
            index = start // geometry.span(level)
            if level > 0:
                slots += [self._gists[level - 1][index]] * geometry.slots(level)
                continue
            for token in range(start, start + geometry.span(0)):
                score = self._raw[index] + (ASKED_FOR if self._asked[token] else 0)
                slots += [min(score, SCORE_SCALE)] * geometry.cost[0]
        return slots


class Reading:
    """No question yet: every slot scores 0, so what was read longest ago is compressed first."""

    def __init__(self, geometry: Geometry) -> None:
        self._geometry = geometry

    def scores(self, context: Context) -> list[int]:
        """A zero for each slot of ``context``."""
        return [0] * used(self._geometry, context)


class Move(NamedTuple):
    """One call of an allocator.

    Attributes:
        query: number of the question being answered; -1 while the document is read.
        blocks: level-0 blocks to ingest; 0 for an iteration.
        lens: gives the slot scores, whatever the context has become.
    """

    query: int
    blocks: int
    lens: Focus | Reading


@dataclass(frozen=True)
class Session:
    """A document, the questions put to it, and the allocator's terms.

    Attributes:
        document: what is read.
        queries: the questions, in order.
        geometry: shape of the tree.
        params: the allocator's parameters; by default the budget is smaller than what the questions want.
        iterations: iterations per question.
        read_blocks: level-0 blocks per ingest.
    """

    document: Document = field(default_factory=default_document)
    queries: tuple[str, ...] = DEFAULT_QUERIES
    geometry: Geometry = field(default_factory=Geometry)
    params: Params = field(default_factory=lambda: Params(w_max=768, protected_tokens=128))
    iterations: int = 16
    read_blocks: int = 8

    @cached_property
    def lens(self) -> Lens:
        """The lens over the document."""
        return Lens(self.document, self.geometry)

    @property
    def tightest(self) -> int:
        """Slots that reading takes at its tightest: with a smaller budget an ingest is refused, with this none (ING-3).

        All that may collapse has then done so. Nothing cools down, as nothing is expanded before the first question.
        """
        geometry, tail = self.geometry, self.params.protected_tokens
        span, blocks = geometry.span(0), len(self.document.tokens) // geometry.span(0)
        most = geometry.slots(0)
        for done in range(1, blocks, self.read_blocks):
            rest, least = done * span, 0
            for level in range(geometry.top, 0, -1):
                whole = max(0, rest - tail) // geometry.span(level)
                least += whole * geometry.slots(level)
                rest -= whole * geometry.span(level)
            least += rest // span * geometry.slots(0)
            most = max(most, least + min(self.read_blocks, blocks - done) * geometry.slots(0))
        return most

    @property
    def opening(self) -> Context:
        """The context before reading: the first block."""
        return (Block(0, 0),)

    @property
    def length(self) -> int:
        """Number of moves."""
        return -(-(self.lens.blocks - 1) // self.read_blocks) + len(self.queries) * self.iterations

    def moves(self) -> Iterator[Move]:
        """Every call of the session, in order: the document is read, then each question is asked."""
        reading = Reading(self.geometry)
        for done in range(1, self.lens.blocks, self.read_blocks):
            yield Move(-1, min(self.read_blocks, self.lens.blocks - done), reading)
        for number, query in enumerate(self.queries):
            focus = self.lens.focus(query)
            for _ in range(self.iterations):
                yield Move(number, 0, focus)


class Player(Protocol):
    """What `play` needs of an allocator."""

    def open(self, geometry: Geometry, params: Params, context: Context) -> object:
        """Start a session."""

    def step(self, scores: Sequence[int]) -> Sequence[Action]:
        """Run one iteration."""

    def ingest(self, blocks: int, scores: Sequence[int]) -> Sequence[Action]:
        """Make room and append ``blocks`` level-0 blocks."""


class Turn(NamedTuple):
    """One call as it went.

    Attributes:
        move: what was asked.
        before: the state it was asked in.
        scores: the slot scores it was given.
        actions: the answer.
        after: the state the answer leads to, by the spec.
    """

    move: Move
    before: State
    scores: list[int]
    actions: list[Action]
    after: State


def play(session: Session, allocator: Player) -> Iterator[Turn]:
    """Take ``allocator`` through ``session``, one turn at a time.

    Raises:
        InvalidInput: an answer is not legal at its turn, or the session's terms are refused.
        NoRoom: the allocator refuses an ingest.
    """
    state = opened(session.geometry, session.params, session.opening)
    allocator.open(session.geometry, session.params, session.opening)
    for move in session.moves():
        scores = move.lens.scores(state.context)
        if move.blocks:
            actions = list(allocator.ingest(move.blocks, scores))
            after = ingested(state, actions, move.blocks)
        else:
            actions = list(allocator.step(scores))
            after = advanced(state, actions, scores)
        yield Turn(move, state, scores, actions, after)
        state = after


def recorded_session(session: Session | None = None) -> Iterator[Turn]:
    """The turns of ``session`` (default: the default document and questions) as the reference takes them."""
    return play(session or Session(), ReferenceAllocator())


def recorded_case(turns: Iterable[Turn]) -> Case:
    """``turns`` of a whole session as a case, so that the judge can put any allocator through it.

    The rows of scores are those of these turns: exact for an allocator that answers alike, and just some rows for one
    that goes its own way.
    """
    turns = list(turns)
    first = turns[0].before
    steps = tuple(
        Step(scores=tuple(turn.scores) if any(turn.scores) else (), ingest=turn.move.blocks or None) for turn in turns
    )
    return Case(first.geometry, first.params, first.context, steps, note="a recorded session over a real document")


SHIPPED = "recorded.json"
"""The file of `shipped_case`, so that a judge needs neither the document nor a lens, and has the same everywhere."""


@cache
def shipped_case() -> Case:
    """The session over the beginning of the default document that every allocator is put through in a default run."""
    return from_json((files("focalloc.conformance") / SHIPPED).read_bytes())


def made() -> bytes:
    """What the file of `shipped_case` holds; ``python -m focalloc.conformance.recorded`` prints it."""
    document = default_document()
    session = Session(Document(document.name, document.text[:60_000]), iterations=8)
    return to_json(recorded_case(recorded_session(session)))


if __name__ == "__main__":
    print(made().decode())
