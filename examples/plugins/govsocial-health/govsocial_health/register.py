"""The register of accounts: who owns each. Read once, when govsocial starts; what rules ask of it is pure."""

from __future__ import annotations

from configparser import ConfigParser
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from govsocial import Account

Key = tuple[str, str]


def owners() -> Mapping[Key, str]:
    """Return the owner of each account in the register, by network and handle."""
    register = ConfigParser()
    register.read_string((files(__package__) / "register.ini").read_text(encoding="utf-8"))
    accounts = ((network, handle) for network in register.sections() for handle in register[network])
    return {(network, handle.casefold()): register[network][handle] for network, handle in accounts}


def owners_in(register: Mapping[Key, str]) -> Callable[[Account], str | None]:
    """Return the fact: the owner of an account by *register*, empty where it has none, unknown without a handle."""

    def owner(account: Account) -> str | None:
        if account.handle is None:
            return None
        return register.get((account.network, account.handle.casefold()), "")

    return owner
