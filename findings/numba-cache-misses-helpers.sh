#!/bin/sh
# Numba's cache keeps the machine code of a helper that was changed in another file.
#
# Version: numba 0.68.1 with numpy 2.4.6.
# Guess: cache=True compiles again when the source has changed, as its index has the time and size of the
#   source file.
# Behaviour: it has those of the outermost function's file only. A function that it calls from another file is
#   compiled into the machine code, and a change there goes unseen: the old answer, for as long as the outer
#   file stays.
# Why it matters: kernels are split over files so that people can read them. After a mended bug, and after an
#   upgrade that leaves one file alone, the machine runs the old one, while tests on uncompiled code pass.
set -eu
packages="numba==0.68.1 numpy==2.4.6"
. "$(dirname "$0")/common"

export NUMBA_CACHE_DIR="$work/cache"
cat >outer.py <<'END'
from inner import inner
from numba import njit


@njit(cache=True)
def outer(x):
    return inner(x) + 1
END
for factor in 2 2000; do
    printf 'from numba import njit\n\n\n@njit\ndef inner(x):\n    return %s * x\n' "$factor" >inner.py
    "$python" - "$factor" >>"$work/seen" <<'END'
import sys

from inner import inner
from outer import outer

print(f"inner is {sys.argv[1]} * x: inner(10) + 1 = {inner(10) + 1}, outer(10) = {outer(10)}")
END
done

compare <<'END'
inner is 2 * x: inner(10) + 1 = 21, outer(10) = 21
inner is 2000 * x: inner(10) + 1 = 20001, outer(10) = 21
END
