"""What the commands work out, for a notebook, too: comparison, trade-offs, timing, verification, evidence,
sessions over a text and what is found in them, saved sessions once more, pictures.

>>> from focalloc.analysis.comparison import compare
>>> from focalloc.analysis.contenders import contender
>>> from focalloc.analysis.scenes import generated
>>> greedy, optimum = contender("greedy"), contender("knapsack")
>>> found = compare(greedy, optimum, [generated("drifting", seed) for seed in range(5)])
>>> [one.measure.name for one in found.groups["drifting"]][:2]
['utility', 'unmet']

`focalloc.cli` prints what these give, and nothing here prints.
"""
