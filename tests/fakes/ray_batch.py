"""`s2edit` as a program whose batches on a Ray cluster are done by studios that turn colours over."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

from s2edit_plugin.batch import ray_cluster
from s2edit_plugin.cli.main import main
from tests.fakes.batch_studio import DIARY, SECONDS, TurningStudio, open_turning, use

if __name__ == "__main__":
    use(TurningStudio(float(os.environ[SECONDS]), Path(os.environ[DIARY])))
    cluster: Any = partial(ray_cluster.Cluster, open_client=open_turning)
    ray_cluster.Cluster = cluster  # type: ignore[misc]
    sys.exit(main())
