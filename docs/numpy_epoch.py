"""Seconds for 60,000 images through 784-128-10 (ReLU, softmax) in NumPy, for the table in limits.md.

The same steps as `cargo run --release --example speed` times: one batch, again and again.
"""

import statistics
import time

import numpy as np

rng = np.random.default_rng(1)


def epoch(batch, rate=0.1):
    w1, b1 = rng.normal(size=(128, 784)) * 0.05, np.zeros(128)
    w2, b2 = rng.normal(size=(10, 128)) * 0.1, np.zeros(10)
    x, t = rng.normal(size=(batch, 784)), np.eye(10)[rng.integers(0, 10, batch)]
    start = time.perf_counter()
    for _ in range(60_000 // batch):
        z1 = x @ w1.T
        z1 += b1
        y1 = np.maximum(z1, 0)
        z2 = y1 @ w2.T + b2
        e = np.exp(z2 - z2.max(axis=1, keepdims=True))
        y2 = e / e.sum(axis=1, keepdims=True)
        delta2 = (y2 - t) / batch
        delta1 = delta2 @ w2
        delta1 *= z1 > 0
        w2 -= rate * (delta2.T @ y1)
        b2 -= rate * delta2.sum(axis=0)
        grad = delta1.T @ x
        grad *= rate  # in place: a fresh matrix costs NumPy more than the product
        w1 -= grad
        b1 -= rate * delta1.sum(axis=0)
    return time.perf_counter() - start


for batch in (32, 128):
    print(f"batch {batch}: {statistics.median(epoch(batch) for _ in range(7)):.2f} s")
