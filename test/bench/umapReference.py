"""Times umap-learn on rows of float32: FILE COLUMNS NEIGHBOURS EPOCHS OUT; prints one JSON object.

Cold is the first run in the process, where numba compiles; warm one on all rows after that.
"""

import json
import sys
import time

start = time.perf_counter()
import numpy as np
import umap

file, columns, neighbours, epochs, out = sys.argv[1:]
rows = np.fromfile(file, np.float32).reshape(-1, int(columns))
rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def project():
    reducer = umap.UMAP(n_neighbors=int(neighbours), min_dist=0.1, n_epochs=int(epochs))
    return reducer.fit_transform(rows)


project()
cold = time.perf_counter() - start
start = time.perf_counter()
plane = project()
warm = time.perf_counter() - start
plane.astype(np.float32).tofile(out)
print(json.dumps({"version": umap.__version__, "cold": cold, "warm": warm}))
