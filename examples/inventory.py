"""Keeps count of what is on the shelf."""

from dataclasses import dataclass, field


@dataclass
class Inventory:
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, item: str, count: int = 1) -> None:
        self.counts[item] = self.counts.get(item, 0) + count

    def remove(self, item: str, count: int = 1) -> None:
        available = self.counts.get(item, 0)
        if count > available:
            raise ValueError(f"only {available} of {item} left")
        self.counts[item] = █

    def total(self) -> int:
        return sum(self.counts.values())
