"""What a supervisor does for the scenarios, over HTTP with an API key."""

from typing import Any

import httpx


class OfficeError(RuntimeError):
    """The server did not do what the key asked for; the text is its own."""


class Office:
    """One site, and the devices that were invited to it."""

    def __init__(self, http: httpx.Client, key: str, site: int) -> None:
        """Speak for whoever has the key."""
        self._http = http
        self._headers = {"Authorization": f"Bearer {key}"}
        self._base = f"/ops/v1/sites/{site}"
        self.invited: list[int] = []

    def invite(self, name: str, role: str, zones: list[str]) -> str:
        """Invite a device that follows some zones; answer the one-time code."""
        known = {each["code"]: each["zone"] for each in self._asked("GET", f"{self._base}/zones")}
        body = {"name": name, "role": role, "zones": [known[code] for code in zones]}
        told = self._asked("POST", f"{self._base}/devices", json=body)
        self.invited.append(int(told["device"]))
        return str(told["code"])

    def set_state(self, device: int, state: str) -> None:
        """Suspend, revoke or take back."""
        self._asked("POST", f"{self._base}/devices/{device}/state", json={"state": state})

    def command(self, device: int, command: str) -> None:
        """Ask a device for something at its next hello."""
        self._asked("POST", f"{self._base}/devices/{device}/command", json={"command": command})

    def put_zone(self, code: str) -> None:
        """Have a zone of this code."""
        self._asked("PUT", f"{self._base}/zones", json={"code": code})

    def put_location(self, code: str, zone: str, walk: int) -> None:
        """Have a bin of this code in a zone."""
        body = {"code": code, "place_kind": "bin", "zone": zone, "walk": walk}
        self._asked("PUT", f"{self._base}/locations", json=body)

    def leave(self) -> None:
        """Revoke the devices that were invited: nobody has their keys any more."""
        for device in self.invited:
            self.set_state(device, "revoked")
        self.invited.clear()

    def _asked(self, method: str, path: str, **rest: Any) -> Any:  # noqa: ANN401 - httpx's; any JSON.
        answer = self._http.request(method, path, headers=self._headers, **rest)
        if not answer.is_success:
            raise OfficeError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()
