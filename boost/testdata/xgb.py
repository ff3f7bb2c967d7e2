"""Trains XGBoost on the tables of a folder, for boost's tests to compare with.

The folder holds job.json, train.f32 and valid.f32: rows of little-endian
float32, the label last. Left in it: model.json and margin.f32, the margins of
the validation rows. Printed: the seconds that binning and training
took, by the clock and of processors.
"""

import json
import os
import sys
import time

import numpy as np
import xgboost as xgb

folder = sys.argv[1]
with open(os.path.join(folder, "job.json")) as f:
    job = json.load(f)
columns = job["columns"]
types = ["c" if i in job["categorical"] else "q" for i in range(columns)]


def table(name):
    data = np.fromfile(os.path.join(folder, name), dtype="<f4").reshape(-1, columns + 1)
    return data[:, :-1], data[:, -1]


params = {"objective": "binary:logistic", "tree_method": "hist", "max_bin": 255} | job["params"]
x, y = table("train.f32")
start, busy = time.monotonic(), time.process_time()
train = xgb.QuantileDMatrix(x, y, feature_types=types, max_bin=255, enable_categorical=True, nthread=params.get("nthread"))
model = xgb.train(params, train, num_boost_round=job["rounds"])
seconds, busy = time.monotonic() - start, time.process_time() - busy

x, _ = table("valid.f32")
valid = xgb.DMatrix(x, feature_types=types, enable_categorical=True)
model.predict(valid, output_margin=True).astype("<f4").tofile(os.path.join(folder, "margin.f32"))
model.save_model(os.path.join(folder, "model.json"))
print(seconds, busy)
