"""The workflows of the floor, one file per activity."""

from device_protocol.workflow.definition import Definition
from device_protocol.workflow.definitions.bring_back import BRING_BACK
from device_protocol.workflow.definitions.collect import COLLECT
from device_protocol.workflow.definitions.count import COUNT
from device_protocol.workflow.definitions.deliver import DELIVER
from device_protocol.workflow.definitions.discard import DISCARD
from device_protocol.workflow.definitions.grade import GRADE
from device_protocol.workflow.definitions.hand_over_cash import HAND_OVER_CASH
from device_protocol.workflow.definitions.kit import KIT
from device_protocol.workflow.definitions.load import LOAD
from device_protocol.workflow.definitions.move import MOVE
from device_protocol.workflow.definitions.pack import PACK
from device_protocol.workflow.definitions.pick import PICK
from device_protocol.workflow.definitions.putaway import PUTAWAY
from device_protocol.workflow.definitions.receive import RECEIVE
from device_protocol.workflow.definitions.relabel import RELABEL
from device_protocol.workflow.definitions.repack import REPACK
from device_protocol.workflow.definitions.replenish import REPLENISH
from device_protocol.workflow.definitions.send_transfer import SEND_TRANSFER
from device_protocol.workflow.definitions.sort import SORT
from device_protocol.workflow.definitions.take_return import TAKE_RETURN
from device_protocol.workflow.definitions.take_transfer import TAKE_TRANSFER
from device_protocol.workflow.definitions.unseal import UNSEAL
from device_protocol.workflow.definitions.work_step import WORK_STEP

DEFINITIONS: dict[str, Definition] = {
    definition.name: definition
    for definition in (
        RECEIVE,
        MOVE,
        PUTAWAY,
        REPLENISH,
        PICK,
        COUNT,
        PACK,
        LOAD,
        DELIVER,
        COLLECT,
        BRING_BACK,
        HAND_OVER_CASH,
        REPACK,
        UNSEAL,
        WORK_STEP,
        SORT,
        TAKE_RETURN,
        GRADE,
        DISCARD,
        RELABEL,
        KIT,
        SEND_TRANSFER,
        TAKE_TRANSFER,
    )
}
"""Every workflow by its name."""
