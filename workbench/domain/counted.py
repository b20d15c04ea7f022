"""A number and what it counts, as they stand in a sentence: 1 output, 2 outputs."""


def counted(n: int, one: str, many: str = "") -> str:
    """`1 output`, `2 outputs`; `many` where more of them are not said by an s at the end."""
    return f"{n} {name_counted(n, one, many)}"


def name_counted(n: int, one: str, many: str = "") -> str:
    """The word alone, for a number that is written in another way."""
    return one if n == 1 else many or f"{one}s"
