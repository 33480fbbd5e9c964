"""What the book holds, read through the server's own database, for tests of bad input."""

from server.activities import ACTIVITIES
from server.core import Core
from server.sync.push import PushRules
from server.sync.verify import verify
from tests.floor import sql_balances


def on_hand(core: Core) -> dict[tuple[str, str], int]:
    """Units by place and SKU; what has none stands under its raw scan."""
    core.drain()
    return {
        (place, name.split("|")[0].rpartition(":")[2]): quantity
        for (place, name), quantity in sql_balances(core.database).items()
    }


def book_is_clean(core: Core) -> bool:
    """Whether everything that is stored can be decided again and comes to the same."""
    core.drain()
    findings = verify(core.database, PushRules(ACTIVITIES)).findings
    assert findings == [], findings[:9]
    return True
