"""The workflows of the floor, one file per activity."""

from device_protocol.workflow.definition import Definition
from device_protocol.workflow.definitions.count import COUNT
from device_protocol.workflow.definitions.deliver import DELIVER
from device_protocol.workflow.definitions.load import LOAD
from device_protocol.workflow.definitions.move import MOVE
from device_protocol.workflow.definitions.pack import PACK
from device_protocol.workflow.definitions.pick import PICK
from device_protocol.workflow.definitions.receive import RECEIVE

DEFINITIONS: dict[str, Definition] = {
    definition.name: definition for definition in (RECEIVE, MOVE, PICK, COUNT, PACK, LOAD, DELIVER)
}
"""Every workflow by its name."""
