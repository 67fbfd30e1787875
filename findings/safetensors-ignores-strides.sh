#!/bin/sh
# safetensors writes the numbers of a transposed NumPy array in the wrong order.
#
# Version: safetensors 0.8.0 with numpy 2.4.6.
# Guess: what is loaded equals what was saved, or save() refuses the array: the format holds rows one after
#   another.
# Behaviour: save() writes memory as it lies, with the shape of the view. A transposed or Fortran-ordered
#   array comes back with its shape, its type and other numbers in it.
# Why it matters: weights are transposed on the way between libraries. The file loads, the network runs, and
#   it is another network.
set -eu
packages="safetensors==0.8.0 numpy==2.4.6"
. "$(dirname "$0")/common"

"$python" - >"$work/seen" <<'END'
import numpy as np
from safetensors.numpy import load, save

rows = np.arange(6).reshape(2, 3)
for name, saved in (("in order", rows), ("transposed", rows.T), ("in Fortran order", np.asfortranarray(rows))):
    loaded = load(save({"it": saved}))["it"]
    print(f"{name}: saved {saved.tolist()}, loaded {loaded.tolist()}")
END

compare <<'END'
in order: saved [[0, 1, 2], [3, 4, 5]], loaded [[0, 1, 2], [3, 4, 5]]
transposed: saved [[0, 3], [1, 4], [2, 5]], loaded [[0, 1], [2, 3], [4, 5]]
in Fortran order: saved [[0, 1, 2], [3, 4, 5]], loaded [[0, 3, 1], [4, 2, 5]]
END
