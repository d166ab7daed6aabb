"""Reads {"given": [...], "shares": [[...]]} from standard input, prints Cleanlab's label quality."""

import json
import sys

import numpy
from cleanlab.rank import get_label_quality_scores

data = json.load(sys.stdin)
given = numpy.array(data["given"])
shares = numpy.array(data["shares"])
scores = {
    method: get_label_quality_scores(given, shares, method=method).tolist()
    for method in ("self_confidence", "normalized_margin")
}
print(json.dumps(scores))
