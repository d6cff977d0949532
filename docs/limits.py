"""Computes every figure of tests/fixtures/limits.txt again, for limits.md. Needs mpmath.

The definitions as a book has them, at 1500 digits: where they subtract nearly equal numbers, enough are left.
"""

import sys

from mpmath import cosh, exp, inf, log, mp, mpf, nstr, tanh

mp.dps = 1500


def sigmoid(z):
    return 1 / (1 + exp(-z))


def times(t, log_y):
    return t * log_y if t else 0  # 0 ln 0 is 0


def over(t, y):
    return (t / y if y else inf) if t else 0  # and so is 0/0


ACTIVATIONS = {  # φ(z) and φ′(z)
    "identity": (lambda z: z, lambda z: mpf(1)),
    "relu": (lambda z: max(z, 0), lambda z: mpf(z > 0)),
    "sigmoid": (sigmoid, lambda z: exp(-z) / (1 + exp(-z)) ** 2),
    "tanh": (tanh, lambda z: 1 / cosh(z) ** 2),
}
LOSSES = {  # ℰ and ∂ℰ/∂y of one output y with the target t; n is 1 − y
    "bce": (lambda y, n, t: -times(t, log(y)) - times(1 - t, log(n)),
            lambda y, n, t: over(1 - t, n) - over(t, y)),
    "cce": (lambda y, n, t: -times(t, log(y)), lambda y, n, t: -over(t, y)),
    "mse": (lambda y, n, t: (y - t) ** 2 / 2, lambda y, n, t: y - t),
}


def activated(name, z):
    """y, and row after row the Jacobian: ∂yᵢ/∂zⱼ."""
    if name == "softmax":
        y = [exp(a) / sum(map(exp, z)) for a in z]
        return y, [[a * ((i == j) - b) for j, b in enumerate(y)] for i, a in enumerate(y)]
    phi, slope = ACTIVATIONS[name]
    return [phi(a) for a in z], [[slope(a) if i == j else 0 for j in range(len(z))] for i, a in enumerate(z)]


def figures(name, x, t):
    """What stands behind NAME, inputs and targets."""
    activation, loss = name.split() if " " in name else (name, name)
    y, jacobian = (x, None) if activation in LOSSES else activated(activation, x)
    if loss not in LOSSES:
        return y + [d for row in jacobian for d in row]
    rest = [sigmoid(-z) for z in x] if activation == "sigmoid" else [1 - a for a in y]
    value, slope = (list(map(f, y, rest, t)) for f in LOSSES[loss])
    if jacobian:  # the chain rule: δⱼ = Σᵢ ∂ℰ/∂yᵢ ∂yᵢ/∂zⱼ
        slope = [sum(s * d for s, d in zip(slope, column)) for column in zip(*jacobian)]
    return [sum(value), *slope]


def written(e):
    """With 17 digits; ∞ and 0 beyond what an f64 reaches."""
    if abs(e) > sys.float_info.max:
        return inf if e > 0 else -inf
    return mpf(nstr(mpf(e), 17)) if abs(e) >= mpf(2) ** -1075 else mpf(0)


right, wrong = 0, []
for line in open((sys.argv + ["tests/fixtures/limits.txt"])[1], encoding="utf-8"):
    if line.startswith("#"):
        continue
    name, *given, said = (part.strip() for part in line.split("|"))
    x, t = ([mpf(float(number)) for number in part.split()] for part in (given + [""])[:2])
    for number, e in zip(said.split(), map(written, figures(name, x, t)), strict=True):
        right += mpf(number) == e
        wrong += [] if mpf(number) == e else [f"{line.strip()}: {number} is {nstr(e, 17)}"]
print(f"{right} of {right + len(wrong)} figures agree", *wrong, sep="\n")
sys.exit(bool(wrong))
