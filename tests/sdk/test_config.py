"""What the environment and `init` say, and which wins."""

from __future__ import annotations

import importlib.metadata

import pytest

import spanglass
from spanglass.config import InitOptions, configure, configure_from_environment, limits_of, unsupported


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318/"}, "http://c:4318/v1/traces"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c/exact"}, "http://c/exact"),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://b/t"},
            "http://b/t",
        ),
    ],
)
def test_without_init_the_environment_says_where(environ: dict[str, str], url: str | None) -> None:
    """Nothing said means nowhere."""
    assert configure_from_environment(environ).traces_url == url


def test_init_falls_back_to_a_collector_on_this_machine() -> None:
    """`init()` with nothing said is the local collector; an argument wins over the environment."""
    assert configure(InitOptions(), {}).traces_url == "http://127.0.0.1:4318/v1/traces"
    said = InitOptions(endpoint="http://x:1/v1/traces")
    assert configure(said, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://y"}).traces_url == "http://x:1/v1/traces"


def test_headers_are_joined_from_all_sources() -> None:
    """Listed headers are decoded; the key becomes a bearer token; arguments win."""
    environ = {"OTEL_EXPORTER_OTLP_HEADERS": "X-A=1%202, b=c,broken", "SPANGLASS_API_KEY": "k"}
    config = configure(InitOptions(headers={"B": "mine"}), environ)
    assert config.headers == {"x-a": "1 2", "b": "mine", "authorization": "Bearer k"}


def test_the_resource_is_what_the_environment_says_unless_init_says_otherwise() -> None:
    """OTEL_SERVICE_NAME wins over the attribute list, `init` over both."""
    environ = {"OTEL_RESOURCE_ATTRIBUTES": "service.name=a,Team=x", "OTEL_SERVICE_NAME": "b"}
    config = configure(InitOptions(environment="prod", release="7"), environ)
    said = {"deployment.environment.name": "prod", "service.version": "7"}
    assert config.resource == {"service.name": "b", "Team": "x", **said}
    assert config.said == said


@pytest.mark.parametrize(("value", "disabled"), [("true", True), ("TRUE", True), ("false", False), ("1", False)])
def test_only_true_disables(value: str, disabled: bool) -> None:
    """The specification: any value but `true` is false."""
    assert configure(InitOptions(), {"OTEL_SDK_DISABLED": value}).disabled is disabled


def test_the_version_is_the_one_of_the_package() -> None:
    """The constant and the metadata agree."""
    assert spanglass.__version__ == importlib.metadata.version("spanglass")


def test_what_cannot_be_done_is_said() -> None:
    """Each unsupported value names its setting and what happens instead."""
    said = list(
        unsupported(
            {
                "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
                "OTEL_EXPORTER_OTLP_COMPRESSION": "zstd",
                "OTEL_BSP_MAX_QUEUE_SIZE": "many",
            }
        )
    )
    assert "4318, not 4317" in said[0]
    assert "use gzip" in said[1]
    assert said[2].startswith("OTEL_BSP_MAX_QUEUE_SIZE=many is not")
    assert list(unsupported({"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"})) == []


def test_the_batch_processors_variables_are_understood() -> None:
    """Milliseconds become seconds; the timeout for traces wins; nonsense is the default."""
    limits = limits_of(
        {
            "OTEL_BSP_SCHEDULE_DELAY": "250",
            "OTEL_BSP_MAX_QUEUE_SIZE": "10",
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "-1",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "3000",
            "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "1500",
        }
    )
    assert (limits.export_interval_s, limits.queue_spans, limits.request_spans) == (0.25, 10, 512)
    assert limits.request_timeout_s == 1.5


def test_certificates_and_the_place_of_reports_follow_the_endpoint() -> None:
    """The report goes beside the traces, and nowhere when only a place for traces was named."""
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": "https://c:4318", "OTEL_EXPORTER_OTLP_CERTIFICATE": "/ca.pem"}
    config = configure(InitOptions(), variables)
    assert config.tls.certificate == "/ca.pem"
    assert config.metrics_url == "https://c:4318/v1/metrics"
    assert configure(InitOptions(), {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c/otlp"}).metrics_url is None


@pytest.mark.parametrize(
    ("said", "variable", "folder"),
    [
        (None, "", None),
        (None, "0", None),
        (False, "1", None),
        (None, "/var/x", "/var/x"),
        ("/tmp/y", "/var/x", "/tmp/y"),
        (True, "", "/cache/spanglass/spool"),
    ],
)
def test_the_spool_is_asked_for_or_not(said: bool | str | None, variable: str, folder: str | None) -> None:
    """The argument wins over the variable; true means the user's cache."""
    config = configure(InitOptions(spool=said), {"SPANGLASS_SPOOL": variable, "XDG_CACHE_HOME": "/cache"})
    assert (config.spool.folder if config.spool else None) == folder
