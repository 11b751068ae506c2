"""A drill by rows whose restore goes through the RAG API."""

from __future__ import annotations

from qdrill.control import JobControl
from qdrill.drill.plan import DrillPlan, Ends
from qdrill.drill.rag_restore import restore_through
from qdrill.drill.restore import Restored
from qdrill.drill.rows_method import Rows, restore_options
from qdrill.events import Emit


class ThroughRagApi(Rows):
    """Rows, written by the service: a `Method`."""

    def __init__(self, plan: DrillPlan, ends: Ends, control: JobControl, emit: Emit) -> None:
        super().__init__(plan, ends, control, emit)
        assert plan.rag_api is not None
        self._api = plan.rag_api

    def restore(self) -> Restored:
        """Create the target and have the service import every row."""
        ends, options = self._ends, restore_options(self._plan, self._ends)
        return restore_through(
            self._api, self._archive, ends.target, ends.target_collection, options, self._control, self._emit
        )
