"""What handlers name to be given: `core: CoreHere`, `principal: PrincipalHere`."""

from litestar.di import NamedDependency

from server.api.guards import Principal
from server.core import Core

CoreHere = NamedDependency[Core]
PrincipalHere = NamedDependency[Principal]
