#!/bin/sh
# What Hypothesis draws by a fixed seed depends on which of your modules are imported.
#
# Version: hypothesis 6.170.17.
# Guess: a fixed seed, or derandomize=True, fixes the examples of a test: they depend on the test, its
#   strategies and the version.
# Behaviour: constants in the source of every loaded module that is not installed are mixed in. Importing a
#   module that the test never uses gives other examples, with the seed and with derandomize alike.
# Why it matters: a judge prints a seed so that somebody else can run the same sessions. In another process,
#   where the command line has imported one module more, the same seed gives others, and a failure that was
#   reported does not come back.
set -eu
packages="hypothesis==6.170.17"
. "$(dirname "$0")/common"

cat >draw.py <<'END'
import sys
from importlib import import_module

from hypothesis import given, seed, settings, strategies

for name in sys.argv[1:]:
    import_module(name)
drawn = []


@seed(1)
@settings(max_examples=200, database=None)
@given(strategies.integers())
def by_seed(number):
    drawn.append(number)


@settings(max_examples=200, database=None, derandomize=True)
@given(strategies.integers())
def derandomized(number):
    drawn.append(number)


by_seed()
derandomized()
print(drawn)
END
echo 'LIMIT = 271828182' >unused.py
echo '' >empty.py
"$python" draw.py >alone
"$python" draw.py >again
"$python" draw.py empty >with_empty
"$python" draw.py unused >with_unused
same() { cmp -s alone "$1" && echo yes || echo no; }
{
    echo "the same examples in a second run: $(same again)"
    echo "with an empty module imported: $(same with_empty)"
    echo "with an unused module imported that has a constant: $(same with_unused)"
    echo "times its constant is drawn: $(grep -o 271828182 with_unused | wc -l), without it $(grep -o 271828182 alone | wc -l)"
} >"$work/seen"

compare <<'END'
the same examples in a second run: yes
with an empty module imported: yes
with an unused module imported that has a constant: no
times its constant is drawn: 1, without it 0
END
