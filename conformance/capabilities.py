"""What an allocator supports, said by itself or on the command line: sessions are drawn from that only.

The generator of sessions asks a `Capabilities` three things: which ``geometries`` there are to choose from, how
parameters are ``fitted``, and which steps are ``kept``. Everything that is left out for it, the report says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Self

import msgspec

from focalloc.conformance.cases import Case, Opening, Step
from focalloc.spec.errors import InvalidInput, one_of, whole_number
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import CHOICES, RANGES, STRATEGIES, Params

CALLS = {
    "ingest": "ingest",
    "ingest_tokens": "ingest_tokens",
    "prefer": "prefer",
    "pin": "pin and unpin",
    "release": "release, of ingests, too",
    "cursor": "a cursor in step",
    "relaxation": "relaxation",
    "layout": "layout",
    "open": "a second open in mid-session",
}
"""Calls that an allocator can be without -> how a report says so."""

Allowed = tuple[int | str, ...]


class Capabilities(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What an allocator supports; what is left out here, it supports in full.

    Attributes:
        geometries: the only shapes of a tree.
        params: parameter -> ``[lowest, highest]`` of a number, or the words that it may be.
        strategies: the only strategies.
        without: calls that it does not support, though it may have them: ``ingest``, ``ingest_tokens``, ``prefer``,
            ``pin``, ``release``, ``relaxation`` or ``layout``; ``cursor`` for one in a step; or ``open`` for a second
            one in mid-session.

    Raises:
        InvalidInput: a name is unknown, a range is empty, or no parameters satisfy it.
    """

    geometries: tuple[Geometry, ...] = ()
    params: dict[str, Allowed] = {}
    strategies: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, allowed in self.params.items():
            _check(name, allowed)
        _known("strategies", self.strategies, STRATEGIES)
        _known("without", self.without, CALLS)
        self._simplest()

    def both(self, other: Capabilities) -> Capabilities:
        """What this one and ``other`` allow."""
        params = dict(self.params)
        for name, allowed in other.params.items():
            params[name] = _common(name, params[name], allowed) if name in params else allowed
        return Capabilities(
            _shared("geometries", self.geometries, other.geometries),
            params,
            _shared("strategies", self.strategies, other.strategies),
            tuple(dict.fromkeys((*self.without, *other.without))),
        )

    def checked(self, profile: str) -> Self:
        """This, if an allocator of ``profile`` can be judged within it.

        Raises:
            InvalidInput: the profile is that of a strategy that is not supported.
        """
        if profile in STRATEGIES and self.strategies and profile not in self.strategies:
            raise InvalidInput("profile", profile, f"the allocator supports {', '.join(self.strategies)} only")
        return self

    # WHAT THE GENERATOR ASKS

    def fitted(self, params: Params) -> Params:
        """``params``, each value moved to the nearest that is supported."""
        values = self._moved(asdict(params))
        try:
            return Params(**values)
        except InvalidInput:  # what was moved is at odds with what was not
            return self._simplest()

    def kept(self, steps: Sequence[Step]) -> tuple[Step, ...]:
        """Those of ``steps`` that are supported, with what they open fitted; an iteration if none is."""
        found = [step for step in map(self._fitted_step, steps) if step is not None]
        return (Step(),) if steps and not found else tuple(found)

    def admits(self, case: Case) -> bool:
        """Whether all that ``case`` asks for is supported."""
        supported = not self.geometries or case.geometry in self.geometries
        return supported and self.fitted(case.params) == case.params and self.kept(case.steps) == case.steps

    # WHAT A REPORT SAYS

    @property
    def left_out(self) -> tuple[str, ...]:
        """What no session has, in words."""
        said = []
        if self.geometries:
            shapes = ", ".join(f"{' x '.join(map(str, one.arity))} at cost {one.cost}" for one in self.geometries)
            said.append(f"geometries but {shapes}")
        for name, allowed in self.params.items():
            what = " to ".join(map(str, dict.fromkeys(allowed))) if name in RANGES else _or(allowed)
            said.append(f"{name} but {what}")
        if self.strategies:
            said.append(f"strategies but {_or(self.strategies)}")
        return (*said, *(CALLS[call] for call in self.without))

    def _moved(self, values: dict[str, Any]) -> dict[str, Any]:
        for name, allowed in self.params.items():
            if name in RANGES:
                low, high = allowed
                values[name] = max(low, min(high, values[name]))
            elif values[name] not in allowed:
                values[name] = allowed[0]
        if self.strategies and values["strategy"] not in self.strategies:
            values["strategy"] = self.strategies[0]
        if "w_soft" not in self.params:
            values["w_soft"] = min(values["w_soft"], values["w_max"])
        return values

    def _simplest(self) -> Params:
        return Params(**self._moved(asdict(Params())))

    def _fitted_step(self, step: Step) -> Step | None:
        if step.call in self.without:
            return None
        if step.open is not None:
            if step.open.geometry is not None and not self._has(step.open.geometry):
                return None
            return msgspec.structs.replace(step, open=self._fitted_opening(step.open))
        if step.cursor is not None and "cursor" in self.without:
            step = msgspec.structs.replace(step, cursor=None)
        if step.may_release and "release" in self.without:
            step = msgspec.structs.replace(step, may_release=False)
        return step

    def _has(self, fields: Mapping[str, Any]) -> bool:
        """Whether a geometry is supported, or senseless, which has to be refused by whoever supports any."""
        try:
            return not self.geometries or Geometry(**fields) in self.geometries
        except (InvalidInput, TypeError):
            return True

    def _fitted_opening(self, opening: Opening) -> Opening:
        """``opening`` with parameters that are supported; senseless ones stay, as they have to be refused."""
        if not opening.params:
            return opening
        try:
            whole = self.fitted(Params(**opening.params))
        except (InvalidInput, TypeError):
            return opening
        return msgspec.structs.replace(opening, params={name: getattr(whole, name) for name in opening.params})


def declared(said: object) -> Capabilities:
    """What an allocator says that it supports by its attribute ``supports``: None, a `Capabilities`, or that as data.

    Raises:
        InvalidInput: it is none of these.
    """
    if said is None or isinstance(said, Capabilities):
        return said or ALL
    try:
        return msgspec.convert(said, Capabilities)
    except msgspec.ValidationError as error:
        raise InvalidInput("supports", said, str(error)) from None


def given(geometries: Sequence[str], params: Sequence[str], without: Sequence[str]) -> Capabilities:
    """What options of a command line say: ``32,32`` or ``32,32/1,1,1``; ``w_max=1..4096``, ``tie_break=position``.

    Raises:
        InvalidInput: an option is none of these; names it.
    """
    allowed: dict[str, Allowed] = {}
    for said in params:
        name, values = _allowed(said)
        if name in allowed:
            raise InvalidInput("param", said, f"limits {name} a second time; give its values at once")
        allowed[name] = values
    return Capabilities(tuple(map(_geometry, geometries)), allowed, (), tuple(without))


def _geometry(said: str) -> Geometry:
    arity, _, cost = said.partition("/")
    return Geometry(_integers("geometry", said, arity), _integers("geometry", said, cost) if cost else ())


def _allowed(said: str) -> tuple[str, Allowed]:
    name, equals, value = said.partition("=")
    if not equals:
        raise InvalidInput("param", said, "must be NAME=VALUE, NAME=LOWEST..HIGHEST or NAME=WORD,WORD")
    if name not in RANGES:
        return name, tuple(value.split(","))
    low, dots, high = value.partition("..")
    return name, _integers("param", said, f"{low},{high if dots else low}")


def _integers(field: str, said: str, listed: str) -> tuple[int, ...]:
    try:
        return tuple(int(one) for one in listed.split(","))
    except ValueError:
        raise InvalidInput(field, said, "must have whole numbers, separated by commas") from None


def _check(name: str, allowed: Allowed) -> None:
    field = f"params.{name}"
    if name in RANGES:
        if len(allowed) != 2:
            raise InvalidInput(field, list(allowed), "must be [lowest, highest]")
        low, high = (whole_number(field, one, *RANGES[name]) for one in allowed)
        if low > high:
            raise InvalidInput(field, [low, high], "is empty")
    elif name in CHOICES and name != "strategy":
        _known(field, allowed, CHOICES[name])
        if not allowed:
            raise InvalidInput(field, [], "is empty")
    else:
        raise InvalidInput("params", name, "is no parameter" if name != "strategy" else "is said by strategies")


def _known(field: str, names: Iterable[object], known: Collection[str]) -> None:
    for name in names:
        one_of(field, name, known)


def _common(name: str, one: Allowed, other: Allowed) -> Allowed:
    if name not in RANGES:
        return _shared(f"params.{name}", one, other)
    (low, high), (least, most) = one, other
    return max(low, least), min(high, most)  # numbers, as has been checked


def _shared(field: str, one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    """What is in both; what is empty stands for everything."""
    if not one or not other:
        return one or other
    both = tuple(item for item in one if item in other)
    if not both:
        raise InvalidInput(field, list(other), f"has nothing in common with {list(one)}, so no session can be drawn")
    return both


def _or(names: Iterable[object]) -> str:
    return " or ".join(map(str, names))


ALL = Capabilities()
"""Everything: what an allocator supports that does not say."""
