"""Words from files and names made harmless for a terminal and for a page. Strings only."""


def plain(text: str, *, keep: str = "") -> str:
    r"""
    Text that does nothing but be read: letters that are not printable are spelled out.

    Escape codes move a terminal's cursor or rename its window, and marks of direction show a name backwards.

    Parameters
    ----------
    text : str
        From a header, a file's name, a card or a sidecar.
    keep : str
        Letters that stay although they are not printable, such as the end of a line.

    Examples
    --------
    >>> print(plain("line 7\x1b[2J"), plain("gnp.\u202egs"), plain("Öl 5 µs"))
    line 7\x1b[2J gnp.\u202egs Öl 5 µs
    """
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() or letter in keep else letter.encode("unicode_escape").decode()
        for letter in text
    )
