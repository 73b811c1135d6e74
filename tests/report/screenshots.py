"""
Pictures of a report's page for the documents: desktop and phone width, light and dark.

    seisfill decimate viking_small.segy holes.sgy --mask random:0.5
    seisfill fill holes.sgy viking_filled.sgy --method prediction --sigma sigma.sgy --report
    python -m tests.report.screenshots viking_filled.sgy.report.html docs
"""

import base64
import io
import sys
from pathlib import Path

from PIL import Image

from tests.report.test_browser import browser_options, look, service, webdriver

MOST_BYTES = 390_000
SHOTS = {  # width, scheme, what is on top, height
    "report_desktop_light.png": (1280, "light", "body", 1150),
    "report_desktop_dark.png": (1280, "dark", "article", 1500),
    "report_phone_light.png": (390, "light", "body", 1700),
    "report_phone_dark.png": (390, "dark", "article", 1700),
}


def take(driver, words, width, scheme, height):
    """What stands below the top of the first element that *words* find, once all pictures are decoded."""
    place = "return document.querySelector(arguments[0]).getBoundingClientRect().top + scrollY"
    top = max(driver.execute_script(place, words) - 8, 0)
    look(driver, width=width, scheme=scheme, height=round(top) + height)
    wait = "const done = arguments[0]; Promise.all([...document.images].map((i) => i.decode())).then(() => done())"
    driver.execute_async_script(wait)
    clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
    told = driver.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip})
    return Image.open(io.BytesIO(base64.b64decode(told["data"]))).convert("RGB")


def save_small(image, path):
    """Write a PNG, with fewer colours where it would be large."""
    image.save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        image.quantize(256, kmeans=1, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def main(page, folder):
    """Write all of them; the viewer is wiped half-way."""
    driver = webdriver.Chrome(options=browser_options(), service=service())
    try:
        for name, (width, scheme, words, height) in SHOTS.items():
            look(driver, width=width, scheme=scheme)
            driver.get(page.resolve().as_uri())
            driver.execute_script(
                "const s = document.querySelector('.slide'); s.value = 45; s.dispatchEvent(new Event('input'))"
            )
            save_small(take(driver, words, width, scheme, height), folder / name)
    finally:
        driver.quit()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
