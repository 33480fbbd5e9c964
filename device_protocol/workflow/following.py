"""Which definition is run: the site's own where a document brings one that can be, else built in.

The document `workflow/<name>` holds the whole definition with the site's adjustment merged in, so
that an app of any age runs what the site wants, as far as it can: what asks for more than this
interpreter knows, or for a text that it does not have, is left for the built-in one.
"""

import msgspec

from device_protocol.bodies import WorkflowBody
from device_protocol.workflow.checking import BadDefinitionError, check
from device_protocol.workflow.definition import Definition
from device_protocol.workflow.definitions import DEFINITIONS

ADJUSTED_MAX = 1_000
"""A site's changes of one definition are told apart up to so many."""

_body = msgspec.json.Decoder(WorkflowBody).decode
_definition = msgspec.json.Decoder(Definition).decode


def version_of(builtin: int, adjusted: int) -> int:
    """Return the version of a definition that a site has changed `adjusted` times.

    >>> version_of(3, 0), version_of(3, 2)
    (3, 3002)
    """
    return builtin * ADJUSTED_MAX + adjusted % ADJUSTED_MAX if adjusted else builtin


def definition_of(name: str, document: bytes | None) -> Definition | None:
    """Return the definition to run by a name; None if there is no such workflow."""
    if document is not None:
        try:
            definition = _definition(_body(document).definition)
            check(definition)
        except (msgspec.MsgspecError, BadDefinitionError):
            return DEFINITIONS.get(name)
        return definition
    return DEFINITIONS.get(name)
