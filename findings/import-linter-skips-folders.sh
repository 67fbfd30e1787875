#!/bin/sh
# import-linter says that a contract is kept where it did not look.
#
# Version: import-linter 2.17 with grimp 3.20.
# Guess: all modules of a package that Python can import are analysed, or the tool says which are not.
# Behaviour: a folder without __init__.py can be imported and is left out, whatever it imports. The contract
#   that it breaks is reported as kept, with exit status 0. With an empty __init__.py it is broken.
# Why it matters: where the judge must not look at what it judges, that is held by such a contract. One
#   forgotten empty file takes a folder out of it, and everything stays green.
set -eu
packages="import-linter==2.17 grimp==3.20"
. "$(dirname "$0")/common"

mkdir -p house/judge/inner house/fast
touch house/__init__.py house/judge/__init__.py house/fast/__init__.py
echo 'ANSWER = 1' >house/fast/kernels.py
echo 'from house.fast.kernels import ANSWER' >house/judge/inner/peeks.py
cat >contracts.toml <<'END'
[tool.importlinter]
root_package = "house"

[[tool.importlinter.contracts]]
name = "The judge never looks at the fast path"
type = "forbidden"
source_modules = ["house.judge"]
forbidden_modules = ["house.fast"]
END
export PYTHONPATH="$PYTHONPATH:$PWD"
look() {
    status=0
    "$python" "$work/packages/bin/lint-imports" contracts.toml --no-cache >said || status=$?
    echo "$1: $(grep -o 'KEPT\|BROKEN' said | head -n 1), exit $status" >>"$work/seen"
}
"$python" -c 'import house.judge.inner.peeks; print("the module can be imported")' >"$work/seen"
look "folder without __init__.py"
touch house/judge/inner/__init__.py
look "folder with __init__.py"

compare <<'END'
the module can be imported
folder without __init__.py: KEPT, exit 0
folder with __init__.py: BROKEN, exit 1
END
