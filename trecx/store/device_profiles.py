"""Custom device profiles: measured costs per exit, stored under a name."""

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
    """Measured costs of each exit on the user's own device.

    Attributes:
        name: of the profile.
        energy_uj: cumulative µJ up to each exit's prediction, one number per exit.
        latency_ms: cumulative ms, one number per exit; None if not measured.
    """

    name: str
    energy_uj: tuple[float, ...]
    latency_ms: tuple[float, ...] | None = None

    @property
    def n_exits(self) -> int:
        """Number of exits, the final one included."""
        return len(self.energy_uj)


class CustomProfiles:
    """All custom device profiles of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[CustomProfile]:
        """Return all of them, by name."""
        with self._database.reading() as session:
            found = session.scalars(select(DeviceProfileRow)).all() if session else ()
            return sorted(map(_profile, found), key=lambda profile: profile.name)

    def save(self, profile: CustomProfile) -> None:
        """Store a profile.

        Raises:
            StoreError: it has no name, or the name is in use.
        """
        with self._database.writing() as session:
            add_profile(session, profile)

    def delete(self, profile: CustomProfile) -> None:
        """Delete a profile, as the user saw it; one that does not exist is ignored.

        Raises:
            StoreError: another profile has this name now.
        """
        with self._database.writing() as session:
            if find_profile(session, profile.name) not in (None, profile):
                raise StoreError(
                    f"device profile {profile.name!r} was changed meanwhile by somebody else; reload the "
                    "page, then try again"
                )
            session.execute(delete(DeviceProfileRow).filter_by(name=profile.name))


def find_profile(session: Session, name: str) -> CustomProfile | None:
    """Return the profile of this name; None if there is none."""
    row = session.get(DeviceProfileRow, name)
    return _profile(row) if row else None


def add_profile(session: Session, profile: CustomProfile) -> None:
    """Store a profile in the transaction of the session.

    Raises:
        StoreError: it has no name, or the name is in use.
    """
    name = profile.name.strip()
    if not name or len(name) > NAME_LENGTH:
        raise StoreError(
            f"the name of a device profile must have 1 to {NAME_LENGTH} characters; enter another name"
        )
    if find_profile(session, name):
        raise StoreError(
            f"a device profile {name!r} exists already; choose another name, or delete that profile"
        )
    energy_uj = list(profile.energy_uj)
    latency_ms = None if profile.latency_ms is None else list(profile.latency_ms)
    now = datetime.now(UTC).replace(tzinfo=None)
    session.add(DeviceProfileRow(name=name, energy_uj=energy_uj, latency_ms=latency_ms, created_at=now))


def _profile(row: DeviceProfileRow) -> CustomProfile:
    latency_ms = None if row.latency_ms is None else tuple(row.latency_ms)
    return CustomProfile(row.name, tuple(row.energy_uj), latency_ms)
