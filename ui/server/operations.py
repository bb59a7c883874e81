"""For whoever runs the server: whether it is well, what it counts, and a line in the log for every request."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

from fastapi import APIRouter, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onrecord.ui.server.connections import Table
from onrecord.ui.server.loading import ModelLoading
from onrecord.ui.server.places import Places

HEALTH = "/healthz"
METRICS = "/metrics"
# What a request is counted under that no route of ours takes: an address of a stranger's choice is no name of a metric.
_OTHER = "other"
_log = logging.getLogger(__name__)


class Metrics:
    """What the server counts, in a registry of its own, which Prometheus reads."""

    def __init__(self, places: Places, table: Table) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.registry.register(_Now(places, table))
        self._requests = Counter(
            "onrecord_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "onrecord_request_seconds", "Time until a request's answer was sent.", ["route"], registry=self.registry
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


class _Now(Collector):
    """What is the case at the moment of asking."""

    def __init__(self, places: Places, table: Table) -> None:
        self._places = places
        self._table = table

    def collect(self) -> Iterator[Metric]:
        """Tell it."""
        yield GaugeMetricFamily("onrecord_questions_answering", "Questions being answered.", self._places.answering)
        yield GaugeMetricFamily("onrecord_questions_waiting", "Questions waiting for a place.", self._places.waiting)
        yield CounterMetricFamily("onrecord_questions_refused", "Questions sent away.", self._places.refused)
        yield GaugeMetricFamily("onrecord_connections", "Connections open.", len(self._table.held))
        yield CounterMetricFamily("onrecord_connections_refused", "Connections sent away.", self._table.turned_away)


def operations_api(metrics: Metrics, places: Places, loading: ModelLoading) -> APIRouter:
    """`/healthz`, which needs no login and no thread, and `/metrics`."""
    api = APIRouter(tags=["operations"])

    @api.get(HEALTH)
    async def health(response: Response) -> dict[str, str]:
        """Whether questions are taken: 503 once the server is stopping, or where its model cannot be loaded."""
        state = "stopping" if places.closed else loading.state().state
        response.status_code = 503 if state in ("stopping", "failed") else 200
        return {"state": state}

    @api.get(METRICS, response_class=Response)
    async def read() -> Response:
        """What the server counts, for Prometheus."""
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return api


class Observed:
    """ASGI middleware: counts every request, and writes it into the log without what was asked."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except RuntimeError as error:
            # Gradio refuses a stream of events that it has begun already, as whoever likes can make it do: the
            # connection is closed, and no trace of it fills the log.
            if not (status and isinstance(error.__cause__, HTTPException)):
                raise
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", None) or _OTHER
            self._metrics.answered(scope["method"], route, status or 500, seconds)
            fields = {"method": scope["method"], "route": route, "status": status or 500, "seconds": round(seconds, 3)}
            _log.info("request", extra={"fields": fields})
