"""What people measured on their own devices, kept by name."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from trecx.errors import StoreError
from trecx.store.connection import Database
from trecx.store.tables import DeviceProfileRow

NAME_LENGTH = 80


@dataclass(frozen=True)
class CustomProfile:
    """What each exit costs on somebody's own device, as measured.

    Attributes:
        name: what it is called.
        energy_uj: µJ by the time exit k has answered, one number an exit.
        latency_ms: ms by then, one number an exit; None where it was not measured.
    """

    name: str
    energy_uj: tuple[float, ...]
    latency_ms: tuple[float, ...] | None = None

    @property
    def n_exits(self) -> int:
        """Number of exits that it is for, the final one included."""
        return len(self.energy_uj)


class CustomProfiles:
    """All that people measured, in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[CustomProfile]:
        """Return all of them, by name."""
        with self._database.reading() as session:
            query = select(DeviceProfileRow).order_by(DeviceProfileRow.name)
            return [_profile(row) for row in session.scalars(query)] if session else []

    def keep(self, profile: CustomProfile) -> None:
        """Keep a profile.

        Raises:
            StoreError: it has no name, or the name is taken.
        """
        with self._database.writing() as session:
            add_profile(session, profile)

    def forget(self, name: str) -> None:
        """Take a profile out; one that is not there is none the less forgotten."""
        with self._database.writing() as session:
            session.execute(delete(DeviceProfileRow).filter_by(name=name))


def find_profile(session: Session, name: str) -> CustomProfile | None:
    """Return the profile of this name, if there is one."""
    row = session.get(DeviceProfileRow, name)
    return _profile(row) if row else None


def add_profile(session: Session, profile: CustomProfile) -> None:
    """Keep a profile together with whatever else the session writes.

    Raises:
        StoreError: it has no name, or the name is taken.
    """
    name = profile.name.strip()
    if not name or len(name) > NAME_LENGTH:
        raise StoreError(f"a profile needs a name of 1 to {NAME_LENGTH} letters")
    if find_profile(session, name):
        raise StoreError(f"there is a profile {name!r} already; take another name, or forget that one")
    energy_uj = list(profile.energy_uj)
    latency_ms = None if profile.latency_ms is None else list(profile.latency_ms)
    now = datetime.now(UTC).replace(tzinfo=None)
    session.add(DeviceProfileRow(name=name, energy_uj=energy_uj, latency_ms=latency_ms, created_at=now))


def _profile(row: DeviceProfileRow) -> CustomProfile:
    latency_ms = None if row.latency_ms is None else tuple(row.latency_ms)
    return CustomProfile(row.name, tuple(row.energy_uj), latency_ms)
