"""The names of the copies of MLflow's database. images/postgres/tests makes some in a Postgres."""

from __future__ import annotations

import json
import subprocess

from support import MLFLOW_IMAGE, mlflow_python

ORDER = """
import json, sys
sys.path.insert(0, sys.argv[1])
from database_copy import copies_among
print(json.dumps(copies_among(json.loads(sys.argv[2]), "mlflow_")))
"""


def test_names_of_all_releases_are_in_the_order_of_time() -> None:
    ordered = [
        "mlflow_20261125_235959_0584bdc529eb",
        "mlflow_20261126_b7e4c1a90f23",  # As releases up to 0.3.0 named them.
        "mlflow_20261126_081500_0584bdc529eb",
        "mlflow_20261126_181500_0123456789ab",
        "mlflow_20261127_123456789abc",
    ]
    others = ["mlflow", "mlflow_upgraded", "mlflow_20261126", "postgres", "x_20261126_0584bdc529eb"]
    result = subprocess.run(
        [mlflow_python(), "-c", ORDER, MLFLOW_IMAGE, json.dumps([*reversed(ordered), *others])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == ordered
