"""
Field data that anyone may test on: where each file is, its sha256, licence and citation, and the crops that are scored.

Paths only: nothing here reads a sample. A file is looked for in the folder that `SEISFILL_DATA` names, then in the
cache of this user (pooch); it is fetched only where that is asked for, and believed only if its sha256 is right.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from seisfill._checks import did_you_mean
from seisfill.errors import FileAccessError, InvalidParameterError

FOLDER_VARIABLE = "SEISFILL_DATA"
RAW = "https://raw.githubusercontent.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFile:
    """
    A file of field data.

    Parameters
    ----------
    sha256 : str
        Of its bytes.
    licence, citation : str
        What its use asks for.
    address : str, optional
        Where it can be fetched; None where it is not public.
    """

    sha256: str
    licence: str
    citation: str
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSurvey:
    """
    What of a file is scored.

    Parameters
    ----------
    title : str
        Name in tables.
    file : str
        Name in `FILES`. Arrays (``.npy``; ``.npz`` with ``data`` and offsets ``x``) are (n_samples, n_traces).
    gathers : tuple of int, optional
        Numbers of the gathers, from 0; all where not given.
    samples : (int, int), optional
        First sample, and the one behind the last; all where not given.
    trace_rms : bool
        Whether each trace is divided by its RMS.
    dt : float, optional
        Sample interval [s], of arrays, which hold none.
    """

    title: str
    file: str
    gathers: tuple[int, ...] | None = None
    samples: tuple[int, int] | None = None
    trace_rms: bool = False
    dt: float | None = None


_NOT_PUBLIC = "not for passing on"
_SEGYIO = f"{RAW}/equinor/segyio/ce7bf86e4bee75f3296a5a756fa123e981a04fea"

FILES: dict[str, FieldFile] = {
    "viking_small.segy": FieldFile(
        address=f"{_SEGYIO}/python/tutorials/viking_small.segy",
        sha256="472c0ccf4577ab94e021ff82726cc8bfae8f894bf0de889d28289a7030fa4eed",
        licence="released for public use by Mobil, 1994",
        citation="Keys and Foster (1998), Comparison of seismic inversion methods on a single real data set, SEG",
    ),
    "31_81_PR.sgy": FieldFile(
        address=f"{RAW}/agilescientific/seisplot/5d489950c0065de8c36ee48a0c79bc3e908bf87b/data/31_81_PR.sgy",
        sha256="174ee9918cac8a71a8fe33c14abda2df583ef108f6a8f8dcda5a28f2bb42e7f2",
        licence="US federal, public domain",
        citation="U.S. Geological Survey, National Petroleum Reserve in Alaska, line 31-81",
    ),
    "penobscot_xl1155.sgy": FieldFile(
        address=f"{RAW}/seg/tutorials-2014/aab1cf917bc4b223e1061d2984aa1bce4bc41a1c"
        "/1410_Phase/data/penobscot_xl1155.sgy",
        sha256="6387e1422bacc8e65a58e59d3b73f23b796cb94c2c92611dec1440f99ebfbe0d",
        licence="CC BY-SA 3.0",
        citation="Penobscot 3D, Nova Scotia Department of Energy, from dGB's Open Seismic Repository",
    ),
    "daloro_land96.sgy": FieldFile(
        address=f"{RAW}/DaloroAT/first_breaks_picking/7fd6c67d8fb8db56a202ceeabcb731145d1f56aa/data/real_gather.sgy",
        sha256="14960a1d4c418383e8485568195cd15d2c70369f8bbac486eff73adb8adc3801",
        licence="Apache-2.0",
        citation="DaloroAT/first_breaks_picking on GitHub, real_gather.sgy",
    ),
    "f3.sgy": FieldFile(
        address=f"{_SEGYIO}/test-data/f3.sgy",
        sha256="6008d05547c6b8f6050cea7ca4683f1be3fac260235cad47eb5e61ee05d2ce23",
        licence="CC BY-SA 3.0",
        citation="Netherlands Offshore F3 Block, dGB Earth Sciences, from the Open Seismic Repository",
    ),
    "gom_cdp_nmo.su": FieldFile(
        sha256="84619fb223eb0146a7ca70833d77873385104418e70624f26e4c80209305e990",
        licence=_NOT_PUBLIC,
        citation="Gulf of Mexico, CDP 1010 after NMO",
    ),
    "mississippi_canyon_shot.npz": FieldFile(
        sha256="499fb3a4d672bfbc0cb7cedee5c9862540c0d542b6e3caca3d305ac73d301585",
        licence=_NOT_PUBLIC,
        citation="Mississippi Canyon, a deep-water marine shot",
    ),
    "segc3_gather.npy": FieldFile(
        sha256="bc7e5e1a9def9b5883166fb0be36bcf3b4610a86a38f62d6b85e8f8dd1e94b18",
        licence=_NOT_PUBLIC,
        citation="SEG/EAGE salt model, survey C3",
    ),
}

SURVEYS: dict[str, FieldSurvey] = {
    "viking": FieldSurvey(title="Viking shots", file="viking_small.segy", gathers=(0, 2)),
    "mississippi": FieldSurvey(
        title="Mississippi Canyon", file="mississippi_canyon_shot.npz", samples=(0, 1024), dt=0.004
    ),
    "segc3": FieldSurvey(title="SEG C3 (synthetic)", file="segc3_gather.npy", dt=0.008),
    "npra": FieldSurvey(title="NPRA stack", file="31_81_PR.sgy", samples=(300, 1100)),
    "penobscot": FieldSurvey(title="Penobscot stack", file="penobscot_xl1155.sgy", samples=(400, 1300)),
    "gom_cdp": FieldSurvey(title="Gulf of Mexico CDP, NMO", file="gom_cdp_nmo.su", samples=(400, 1424)),
    "daloro": FieldSurvey(title="daloro land, trace RMS", file="daloro_land96.sgy", trace_rms=True),
}


def fetch_file(name: str, *, download: bool = False) -> Path:
    """
    Path of a file of field data on this machine.

    Parameters
    ----------
    name : str
        One of `FILES`.
    download : bool
        Fetch a public file that is not here into the cache of this user.

    Raises
    ------
    InvalidParameterError
        If the name is not known.
    FileAccessError
        If the file is not here and is not to be, or cannot be, fetched, or its bytes are not those of the registry.
    """
    if name not in FILES:
        raise InvalidParameterError(f"Invalid field file {name!r}: must be known; {did_you_mean(name, FILES)}")
    told = os.environ.get(FOLDER_VARIABLE)
    for folder in [*([Path(told)] if told else []), cache_folder()]:
        if (folder / name).is_file():
            return _checked(folder / name)
    places = f"in {told} ({FOLDER_VARIABLE}) or {cache_folder()}" if told else f"in {cache_folder()}"
    if FILES[name].address is None:
        raise FileAccessError(
            f"Invalid field file {name}: must lie {places}. "
            f"It is not public: set {FOLDER_VARIABLE} to a folder that has it."
        )
    if not download:
        raise FileAccessError(
            f"Invalid field file {name}: must lie {places}. "
            f"Set {FOLDER_VARIABLE} to a folder that has it, or fetch it with --download."
        )
    return _downloaded(name)


def cache_folder() -> Path:
    """Where fetched files are kept for this user."""
    import pooch

    return Path(pooch.os_cache("seisfill"))


def _checked(path: Path) -> Path:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise FileAccessError(f"Invalid field file {path}: must be readable; {error.strerror or error}.") from error
    expected = FILES[path.name].sha256
    if found != expected:
        raise FileAccessError(
            f"Invalid field file {path}: must have sha256 {expected[:12]}..., found {found[:12]}... . "
            "Another file of this name would give other scores; remove it."
        )
    return path


def _downloaded(name: str) -> Path:
    import pooch

    file = FILES[name]
    assert file.address is not None
    try:
        path = pooch.retrieve(file.address, known_hash=f"sha256:{file.sha256}", fname=name, path=cache_folder())
    except (OSError, ValueError) as error:  # requests' errors are OSErrors; a wrong hash is a ValueError
        raise FileAccessError(
            f"Invalid field file {name}: must be fetched from {file.address}, and could not be ({error}). "
            f"Fetch it by other means and set {FOLDER_VARIABLE} to its folder."
        ) from error
    return Path(path)
