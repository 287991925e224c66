"""Where a request came from, as far as a log line may know it."""

from ipaddress import IPv4Address, ip_address, ip_network


def truncated(address: str) -> str:
    """The network of an address, too wide to be a person: /24 of IPv4, /48 of IPv6; '' for what is none."""
    try:
        found = ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return ""
    if not isinstance(found, IPv4Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    length = 24 if isinstance(found, IPv4Address) else 48
    return str(ip_network(f"{found}/{length}", strict=False).network_address)
