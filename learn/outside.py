"""What language models made of what the policy shows, for the card: quoted from the page that measures it."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "runtime" / "worth.md"
"""Its tables are the output of ``python -m focalloc.runtime.worth``."""

RULES = ("gists by age", "greedy", "adaptive greedy", "informed greedy", "exact optimum")


def outside(digest: str, page: str) -> list[str]:
    """Lines of the card's first section.

    Args:
        digest: of the tensors of the card's policy.
        page: text of `PAGE`.
    """
    (measured,) = re.findall(r"^- Policy: `([0-9a-f]{64})`", page, re.MULTILINE)
    row = r"^\| (\d+) \| (.+?) \| (-?[\d.]+) ± ([\d.]+) \| .+ \|$"
    rows = [one for one in re.finditer(row, page, re.MULTILINE) if one[2] in (*RULES, "foresight")]
    (head,) = re.findall(r"^\| budget \| learned policy less \|.+\n\|.+$", page, re.MULTILINE)
    apart = {"better": [one for one in rows if float(one[3]) + float(one[4]) < 0]}
    apart["worse"] = [one for one in rows if float(one[3]) - float(one[4]) > 0 and one[2] in RULES]
    told = {how: ", ".join(f"{one[2]} at {one[1]} slots ({one[3]})" for one in some) for how, some in apart.items()}
    return [
        "## What a language model makes of it",
        "",
        "What counts in the end is the loss on the next tokens. Here it is that of small models of bytes, trained on",
        "the spot, which read held-out text with what each way left them of their history, and whose own attention",
        "is the scores: nats per byte, with 95 % intervals over sessions. Below 0 the policy is the better one.",
        "Gists by age follow no scores at all; foresight is greedy that is told what will be read again, a limit.",
        "[How it is measured](../runtime/worth.md).",
        "",
        *head.splitlines(),
        *(one[0] for one in rows),
        "",
        f"Clearly better than: {told['better'] or 'none'}. Clearly worse than: {told['worse'] or 'none'}.",
        *(() if measured == digest else (f"This is of an older policy, `{measured}`.",)),
        "",
    ]
