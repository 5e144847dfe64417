"""
A government's recommendations for social media as policy that runs.

>>> from govsocial import Engine, Post
>>> Engine.default().check(Post(network="twitter", text="#aa #bb #cc #dd")).decision
'deny'
"""

from govsocial.cel.library import Fact, Function
from govsocial.engine import Engine
from govsocial.errors import GovsocialError, InputError, PluginError, PolicyError, Problem
from govsocial.finding import Finding
from govsocial.hookspecs import hookimpl
from govsocial.messages import say
from govsocial.model import Account, Closure, Event, Institution, Post
from govsocial.networks import Network
from govsocial.policy.load import load_policies
from govsocial.policy.schema import Policy
from govsocial.readers.base import Reader, Record
from govsocial.report import Report
from govsocial.text import TextProfile
from govsocial.workspace import Workspace

__all__ = [
    "Account",
    "Closure",
    "Engine",
    "Event",
    "Fact",
    "Finding",
    "Function",
    "GovsocialError",
    "InputError",
    "Institution",
    "Network",
    "PluginError",
    "Policy",
    "PolicyError",
    "Post",
    "Problem",
    "Reader",
    "Record",
    "Report",
    "TextProfile",
    "Workspace",
    "hookimpl",
    "load_policies",
    "say",
]
