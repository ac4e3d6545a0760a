"""How often one client may ask."""

from ipaddress import IPv6Network, ip_address

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from lms.accounts.clock import now

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds_to_wait(request: HttpRequest, *, action: str, rate: str, who: str = "") -> int:
    """Counts one request; 0 when it may go on, else the seconds until the client may ask again.
    `who` counts for somebody known in place of the address, which a whole class may share.

    `rate` is written as allauth writes rates: "60/m/ip". Counts live in the cache: with a cache
    per process, each process counts for itself.
    """
    amount, period, _per = rate.split("/")
    length = _SECONDS[period]
    moment = int(now().timestamp())
    key = f"throttle:{action}:{who or _client(request)}:{moment // length}"
    # Twice the period: the counter must not expire between these two lines.
    cache.add(key, 0, timeout=2 * length)
    return 0 if cache.incr(key) <= int(amount) else length - moment % length


def _client(request: HttpRequest) -> str:
    """The client's address; of IPv6 the network, because one household has all of it."""
    address = ip_address(get_adapter().get_client_ip(request))
    if address.version == 6:
        return str(IPv6Network((address, 64), strict=False).network_address)
    return str(address)
