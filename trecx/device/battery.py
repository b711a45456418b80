"""Battery life."""

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from trecx.errors import EnergyError, unknown_name
from trecx.scores import FloatArray

HOURS_A_DAY = 24
SECONDS_AN_HOUR = 3600
Number = TypeVar("Number", float, FloatArray)


def _check_within(name: str, value: float, above: float, up_to: float) -> None:
    if not above < value <= up_to or math.isinf(value):
        limit = "" if math.isinf(up_to) else f" and at most {up_to:g}"
        raise EnergyError(f"{name} must be above {above:g}{limit}, got {value:g}")


@dataclass(frozen=True)
class Battery:
    """A battery, and the sleep current of the device.

    Attributes:
        name: its name.
        capacity_mah: rated capacity, mAh.
        voltage: nominal voltage, V; sleep power is computed with it.
        sleep_ua: current between inferences, µA.
        usable: share of the capacity that the device can use, 0..1.
        source: source of the values.

    Raises:
        EnergyError: a value is out of range.
    """

    name: str
    capacity_mah: float
    voltage: float
    sleep_ua: float
    usable: float
    source: str = "entered by you"

    def __post_init__(self) -> None:
        _check_within("capacity (mAh)", self.capacity_mah, 0, 1e7)
        _check_within("voltage (V)", self.voltage, 0, 1000)
        _check_within("usable share", self.usable, 0, 1)
        if not 0 <= self.sleep_ua <= 1e6:
            raise EnergyError(f"the sleep current (µA) must lie within 0..1,000,000, got {self.sleep_ua:g}")

    @property
    def usable_joule(self) -> float:
        """Energy that the device can use, J."""
        return self.capacity_mah / 1000 * SECONDS_AN_HOUR * self.voltage * self.usable

    @property
    def sleep_joule_per_day(self) -> float:
        """Energy for sleep, J per day; sleep is counted for the whole day."""
        return self.sleep_ua * 1e-6 * self.voltage * HOURS_A_DAY * SECONDS_AN_HOUR

    def days(self, energy_uj: Number, inferences_per_hour: float) -> Number:
        """Return the battery life in days: usable energy / (energy per day for inferences and sleep).

        Self-discharge and converter losses are not included; reduce the usable share for them. Sleep is
        counted for the whole day.

        Args:
            energy_uj: µJ per inference, one number or an array of them.
            inferences_per_hour: the inference rate.

        Raises:
            EnergyError: µJ per inference or the rate is not a number above 0.
        """
        inferring = mj_per_day(energy_uj, inferences_per_hour) / 1000
        return self.usable_joule / (inferring + self.sleep_joule_per_day)


def mj_per_day(energy_uj: Number, inferences_per_hour: float) -> Number:
    """Return the energy of the inferences in mJ per day, without sleep.

    Raises:
        EnergyError: µJ per inference or the rate is not a number above 0.
    """
    _check_within("µJ per inference", float(np.min(energy_uj)), 0, math.inf)
    _check_within("inferences per hour", inferences_per_hour, 0, math.inf)
    return energy_uj / 1000 * inferences_per_hour * HOURS_A_DAY


SLEEP_UA = 1.0  # typical of a microcontroller that retains its memory and runs a clock

BATTERIES = {
    battery.name: battery
    for battery in (
        Battery("CR2032", 225, 3.0, SLEEP_UA, 0.85, "Panasonic CR2032: 225 mAh, 3 V; usable share typical"),
        Battery("CR2450", 620, 3.0, SLEEP_UA, 0.85, "Panasonic CR2450: 620 mAh, 3 V; usable share typical"),
        Battery("2xAAA", 1000, 3.0, SLEEP_UA, 0.8, "typical alkaline pair in series"),
        Battery("2xAA", 2500, 3.0, SLEEP_UA, 0.8, "typical alkaline pair in series"),
        Battery("LiPo-500", 500, 3.7, SLEEP_UA, 0.9, "typical single cell"),
        Battery("LiPo-2000", 2000, 3.7, SLEEP_UA, 0.9, "typical single cell"),
    )
}


def find_battery(text: str) -> Battery:
    """Return a battery by its name, or from "mAh,V,µA,usable", as in "225,3,1,0.85".

    Raises:
        UnknownNameError: it is neither; the message lists the known names.
        EnergyError: a value is out of range.
    """
    if text in BATTERIES:
        return BATTERIES[text]
    try:
        capacity, voltage, sleep, usable = (float(part) for part in text.split(","))
    except ValueError:
        unknown_name("battery", text, [*BATTERIES, 'or four numbers "mAh,V,µA,usable share"'])
    return Battery("your own battery", capacity, voltage, sleep, usable)
