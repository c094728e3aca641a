"""Brings a store to the current schema: numbered migrations once each, views whenever their text has changed.

`schema/NNNN_name.sql` files run in order and are never edited after a release. `views/NN_name.sql.j2` files are
rendered with the dialect tables and re-created when the rendered text differs from what the store was given last.
Both may use `{{ engine("MergeTree") }}` and `{{ on_cluster }}`: one tree serves embedded, server and cluster.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

import jinja2

from spanglass_collector.store import otlp_types
from spanglass_collector.store.aliases import Dialects
from spanglass_collector.store.contract import Store
from spanglass_collector.store.literal import sql_literal
from spanglass_collector.store.repricing import COST_SQL, PRICE_SQL
from spanglass_collector.store.url import StoreUrl

LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migrations {{ on_cluster }}
(Name String, Digest String, AppliedAt DateTime64(3) DEFAULT now64(3))
ENGINE = {{ engine("ReplacingMergeTree", "AppliedAt") }} ORDER BY Name
"""

DURABLE_SETTINGS = (
    # Every insert carries a token, so a repeated one is recognised here and in the tables its views fill.
    "non_replicated_deduplication_window = 10000, "
    # An acknowledged span survives power loss, also across the merge that replaces its part.
    "fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 480"
)

REPLICATED_SETTINGS = (
    # A server forgets tokens after an hour; an outage that the spool outlasts may be longer.
    ", replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800"
)


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of the tree, rendered. `is_view`: re-created on change rather than applied once."""

    name: str
    statements: tuple[str, ...]
    is_view: bool

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n;\n".join(self.statements).encode()).hexdigest()[:16]


def render(url: StoreUrl, engine_user: str = "default") -> list[Migration]:
    """The whole tree for one store, in the order it is applied. `engine_user`: who the engine takes us for."""
    environment = _environment(url, engine_user)
    migrations = [
        Migration(name, _statements(environment.get_template(f"schema/{name}").render()), is_view=False)
        for name in _names("schema", ".sql")
    ]
    views = [
        Migration(name, (environment.get_template(f"views/{name}").render(),), is_view=True)
        for name in _names("views", ".sql.j2")
        if not name.startswith("_")
    ]
    return migrations + views


def migrate(store: Store, url: StoreUrl) -> list[str]:
    """Apply what is missing; returns the names of what was applied, empty when the store was current."""
    engine_user = str(store.query("SELECT currentUser()").result_rows[0][0])
    store.command(_environment(url, engine_user).from_string(LEDGER).render())
    applied = _applied(store)
    done = []
    for migration in render(url, engine_user):
        known = applied.get(migration.name)
        if known is None or (migration.is_view and known != migration.digest):
            _apply(store, migration)
            done.append(migration.name)
    return done


def pending(store: Store, url: StoreUrl) -> list[str]:
    """Names of migrations that `migrate` would apply."""
    engine_user = str(store.query("SELECT currentUser()").result_rows[0][0])
    exists = store.query("EXISTS TABLE schema_migrations").result_rows[0][0]
    applied = _applied(store) if exists else {}
    tree = render(url, engine_user)
    return [m.name for m in tree if m.name not in applied or (m.is_view and applied[m.name] != m.digest)]


def _applied(store: Store) -> dict[str, str]:
    """Digest by name of what the store was given."""
    rows = store.query("SELECT Name, Digest FROM schema_migrations FINAL").result_rows
    return {str(name): str(digest) for name, digest in rows}


def _apply(store: Store, migration: Migration) -> None:
    if migration.is_view:
        name = re.sub(r"^\d+_|\.sql\.j2$", "", migration.name)
        store.command(f"DROP VIEW IF EXISTS {name}")
    for statement in migration.statements:
        store.command(statement)
    store.insert("schema_migrations", [[migration.name, migration.digest]], column_names=["Name", "Digest"])


def _environment(url: StoreUrl, engine_user: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__, "."),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701  SQL, not HTML; every value goes through sql_literal
        trim_blocks=True,
    )
    environment.filters["sql"] = sql_literal
    dialects = Dialects.load()
    environment.globals.update(
        database=url.database,
        dialects=dialects,
        kinds=f"{sql_literal(list(dialects.kinds))}, {sql_literal(list(dialects.kinds.values()))}",
        otlp={"request": otlp_types.TRACES, "logs": otlp_types.LOGS, "metrics": otlp_types.METRICS},
        price=PRICE_SQL.replace("{dictionary}", f"{url.database}.model_price"),
        price_rows=_query("price_rows").replace("{database}", url.database),
        cost=COST_SQL.replace("{price}", "price"),
        on_cluster=f"ON CLUSTER '{url.cluster}'" if url.cluster else "",
        durable_settings=DURABLE_SETTINGS + (REPLICATED_SETTINGS if url.cluster else ""),
        dictionary_login=f" DB {sql_literal(url.database)}" + _login(url, engine_user),
        engine=lambda name, *arguments: _engine(url, name, arguments),
    )
    return environment


def _query(name: str) -> str:
    return files(__package__).joinpath(f"queries/{name}.sql").read_text(encoding="utf-8")


def _login(url: StoreUrl, engine_user: str) -> str:
    """The dictionary reads its table as this user. Behind our SQL endpoint the engine knows no users."""
    if url.user != engine_user or not url.password:
        return ""
    return f" USER {sql_literal(url.user)} PASSWORD {sql_literal(url.password)}"


def _engine(url: StoreUrl, name: str, arguments: tuple[str, ...]) -> str:
    if not url.cluster:
        return f"{name}({', '.join(arguments)})"
    path = ("'/clickhouse/tables/{shard}/{database}/{table}'", "'{replica}'")
    return f"Replicated{name}({', '.join(path + arguments)})"


def _names(folder: str, suffix: str) -> list[str]:
    entries = files(__package__).joinpath(folder).iterdir()
    return sorted(entry.name for entry in entries if entry.name.endswith(suffix))


def _statements(sql: str) -> tuple[str, ...]:
    return tuple(_split(sql))


def _split(sql: str) -> Iterator[str]:
    """Statements of a migration file: they end with `;` at the end of a line."""
    for statement in re.split(r";[ \t]*\n", sql):
        if re.sub(r"--[^\n]*", "", statement).strip():
            yield statement.strip()
