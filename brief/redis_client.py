"""The connections to a Redis of any kind: one server, one behind sentinels, or a cluster.

redis://[user:password@]host:6379/0, rediss:// with TLS, unix:///path           one server, with redis-py's own options
redis+sentinel://[user:password@]host:26379,host:26379/service/0                the master that the sentinels name
redis+cluster://[user:password@]host:6379,host:6379                             the cluster that these nodes belong to

`rediss+sentinel` and `rediss+cluster` use TLS for everything. User and password are those of the data servers;
sentinels are asked without. Special characters in them are percent-encoded.
https://redis.io/docs/latest/develop/reference/sentinel-clients/ and …/reference/cluster-spec/
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from urllib.parse import unquote

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import ExponentialBackoff, NoBackoff

# A Redis that restarts or hands over is waited for, about 5 s; who finds no free connection waits for one, 30 s,
# rather than fail. Blocking reads must be shorter than `socket_timeout`. Seconds.
_TIMEOUTS: dict[str, Any] = {"socket_timeout": 10, "socket_connect_timeout": 5}
_POOL: dict[str, Any] = {"max_connections": 20, "timeout": 30}
_CLUSTER_CONNECTIONS = 1000  # to a node; redis-py does not wait for a free one there but fails
_MANY = re.compile(
    r"(?P<scheme>rediss?)\+(?P<kind>sentinel|cluster)://((?P<user>[^:@/]*)(:(?P<password>[^@/]*))?@)?"
    r"(?P<hosts>[^@/]+)(/(?P<service>[^/]+)(/(?P<db>\d+))?)?/?"
)


@asynccontextmanager
async def open_redis(url: str) -> AsyncIterator[Any]:
    """Yield a client of the Redis at a URL, Redis or RedisCluster.

    Raises ValueError or TypeError for what is no such URL, RedisError or RedisClusterException when nothing answers.
    """
    found = _MANY.fullmatch(url)
    if not found:
        opened: AbstractAsyncContextManager[Redis | RedisCluster] = _one(url)
    else:
        opened = _master(found) if found["kind"] == "sentinel" else _cluster(found)
    async with opened as redis:
        yield redis


@asynccontextmanager
async def _one(url: str) -> AsyncIterator[Redis]:
    pool = BlockingConnectionPool.from_url(url, retry=_retry(), **_TIMEOUTS, **_POOL)
    async with Redis.from_pool(pool) as redis:
        await redis.ping()
        yield redis


class _MasterPool(SentinelConnectionPool, BlockingConnectionPool):
    """Connections to the master that wait for a free one."""


@asynccontextmanager
async def _master(found: re.Match[str]) -> AsyncIterator[Redis]:
    tls = {"ssl": True} if found["scheme"] == "rediss" else {}
    pool = {**_login(found), **_TIMEOUTS, **_POOL, **tls, "db": int(found["db"] or 0), "retry": _retry()}
    pool["connection_pool_class"] = _MasterPool
    # One that is down costs a moment: the next is asked, and all of them again by the retries of the pool.
    once = {**_TIMEOUTS, **tls, "retry": Retry(NoBackoff(), 0)}
    asking = Sentinel(_hosts(found, 26379), sentinel_kwargs=once)  # type: ignore[no-untyped-call]
    async with asking as sentinel, sentinel.master_for(found["service"], **pool) as redis:
        await redis.ping()
        yield redis


@asynccontextmanager
async def _cluster(found: re.Match[str]) -> AsyncIterator[RedisCluster]:
    nodes = [ClusterNode(host, port) for host, port in _hosts(found, 6379)]
    redis = RedisCluster(
        startup_nodes=nodes,
        ssl=found["scheme"] == "rediss",
        max_connections=_CLUSTER_CONNECTIONS,
        retry=_retry(),
        **_login(found),
        **_TIMEOUTS,
    )
    try:
        await redis.initialize()
        yield redis
    finally:
        await redis.aclose()


def _retry() -> Retry:
    return Retry(ExponentialBackoff(cap=1, base=0.05), 8)


def _hosts(found: re.Match[str], port: int) -> list[tuple[str, int]]:
    pairs = [re.fullmatch(r"(.+?)(?::(\d+))?", one) for one in found["hosts"].split(",")]
    return [(pair[1].strip("[]"), int(pair[2] or port)) for pair in pairs if pair]


def _login(found: re.Match[str]) -> dict[str, Any]:
    given = {"username": found["user"], "password": found["password"]}
    return {name: unquote(text) for name, text in given.items() if text}
