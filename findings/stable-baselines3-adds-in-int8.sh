#!/bin/sh
# stable-baselines3 adds up the choices of a MultiDiscrete space in the type that the space happens to have.
#
# Version: stable-baselines3 2.9.2, gymnasium 1.4.0.
# Guess: the type of a space is that of its observations; how many inputs a network needs does not depend on it.
# Behaviour: the counts of choices are kept in the same type, and their sum as well. Of 128 entries of three choices in
#   int8 there are -128, and PPO ends with "Python integer ... out of bounds for int8", or has a network of a wrong width.
#   check_env of either package finds nothing wrong with the space.
# Why it matters: int8 is the natural type for what has three values, and the error names neither space nor entry.
set -eu
packages="stable-baselines3==2.9.2 gymnasium==1.4.0"
. "$(dirname "$0")/common"

cat >sum.py <<'END'
import sys
import warnings

import numpy as np
from gymnasium import spaces
from stable_baselines3.common.preprocessing import get_flattened_obs_dim

warnings.simplefilter("ignore")
print(int(get_flattened_obs_dim(spaces.MultiDiscrete(np.full(128, 3), getattr(np, sys.argv[1])))))
END
for kind in int64 int8; do
    echo "$kind: $("$python" sum.py $kind) inputs" >>"$work/seen"
done

compare <<'END'
int64: 384 inputs
int8: -128 inputs
END
