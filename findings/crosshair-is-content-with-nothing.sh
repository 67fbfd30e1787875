#!/bin/sh
# CrossHair exits with 0 whether it confirmed a contract, gave up, or found none.
#
# Version: crosshair-tool 0.0.113.
# Guess: exit status 0 of a checker means that what was asked holds; giving up has a status of its own.
# Behaviour: a contract that was confirmed, one that CrossHair gave up on, and one that is misspelt and so
#   never looked at all end with 0 and nothing on standard output.
# Why it matters: in CI that is green for a proof that stopped being one: when the function grew, the time ran
#   out, or somebody renamed a keyword in a docstring.
set -eu
packages="crosshair-tool==0.0.113"
. "$(dirname "$0")/common"

cat >confirmed.py <<'END'
def confirmed(n: int) -> int:
    """
    post: __return__ == n
    """
    return n
END
cat >given_up.py <<'END'
def given_up(n: int) -> int:
    """
    pre: n >= 1
    post: __return__ == 1
    """
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
    return n
END
cat >misspelt.py <<'END'
def misspelt(n: int) -> int:
    """
    Post: __return__ == n + 1
    """
    return n
END
for name in confirmed given_up misspelt; do
    status=0
    "$python" -m crosshair check --per_condition_timeout 2 "$name.py" >said 2>warned || status=$?
    echo "$name: exit $status, $(wc -l <said) lines said" >>"$work/seen"
done

compare <<'END'
confirmed: exit 0, 0 lines said
given_up: exit 0, 0 lines said
misspelt: exit 0, 0 lines said
END
