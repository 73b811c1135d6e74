"""The page in a real browser: a headless Chromium, driven by Selenium with the system's own driver."""

import base64
import io
import shutil

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("selenium", reason="Selenium is not installed: pip install 'seisfill[browser]'")
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
if not (CHROMIUM and DRIVER):
    pytest.skip("no chromium and chromedriver here: apt-get install chromium chromium-driver", allow_module_level=True)

from selenium import webdriver  # noqa: E402
from selenium.common.exceptions import WebDriverException  # noqa: E402
from selenium.webdriver.chrome.options import Options  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

from seisfill.workflows.report import write_report  # noqa: E402

pytestmark = pytest.mark.slow

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars")


def browser_options():
    """How it is started; everything that it logs is kept."""
    options = Options()
    options.binary_location = CHROMIUM
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return options


def service():
    """The system's driver: nothing is fetched."""
    return Service(DRIVER)


@pytest.fixture(scope="module")
def chromium():
    try:
        driver = webdriver.Chrome(options=browser_options(), service=service())
    except WebDriverException as error:
        pytest.skip(f"the chromium of this machine does not start: {error.msg}")
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def address(made, tmp_path_factory):
    """A page of one gather, which is quicker to load."""
    truth, source, target, _ = made
    path = tmp_path_factory.mktemp("page") / "r.html"
    return write_report(source, target, truth=truth, out=path, most=1).path.as_uri()


@pytest.fixture
def page(chromium, address):
    """The page, fresh, at the width of a desk, in the light of the system."""
    look(chromium, width=1280)
    chromium.get(address)
    return chromium


def look(driver, *, width=1280, scheme="light", media="", height=900):
    """Size of the window, and what the system prefers."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    wishes = {
        "prefers-color-scheme": scheme,
        "prefers-reduced-motion": "reduce",
    }  # a click must not meet a page that glides
    told = {"media": media, "features": [{"name": name, "value": value} for name, value in wishes.items()]}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", told)


def find(driver, words):
    return driver.find_element(By.CSS_SELECTOR, words)


def style_of(driver, words, name):
    return driver.execute_script(
        "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]", words, name
    )


def lightness(driver, words="body", name="backgroundColor"):
    colour = style_of(driver, words, name)
    return np.mean([int(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]])


def picture_of(driver, words):
    """What is on the screen of an element: grey array."""
    raw = base64.b64decode(find(driver, words).screenshot_as_base64)
    return np.asarray(Image.open(io.BytesIO(raw)).convert("L"), dtype=float)


def test_nothing_is_logged_and_every_picture_is_drawn(page):
    assert page.get_log("browser") == []
    broken = page.execute_script("return [...document.images].filter((i) => !i.complete || !i.naturalWidth).length")
    assert (broken, page.execute_script("return document.images.length") > 10) == (0, True)
    asked = page.execute_script("return performance.getEntriesByType('resource').map((e) => e.name)")
    assert [name for name in asked if not name.startswith("data:")] == []


def test_the_flicker_button_swaps_recorded_and_filled_in_place(page):
    button, before = find(page, ".flick"), picture_of(page, ".viewer .plot")
    assert find(page, ".viewer .said").text == "Showing filled"
    button.click()
    swapped = picture_of(page, ".viewer .plot")
    assert button.get_attribute("aria-pressed") == "true"
    assert find(page, ".viewer .said").text == "Showing recorded"
    assert swapped.shape == before.shape
    assert np.abs(swapped - before).mean() > 5
    button.click()
    assert np.array_equal(picture_of(page, ".viewer .plot"), before)


def test_holding_f_swaps_for_as_long_as_it_is_held(page):
    keys = {"type": "keyDown", "key": "f", "code": "KeyF", "text": "f"}
    find(page, ".flick").send_keys("")  # it has the focus
    page.execute_cdp_cmd("Input.dispatchKeyEvent", keys)
    assert find(page, ".viewer .said").text == "Showing recorded"
    page.execute_cdp_cmd("Input.dispatchKeyEvent", keys | {"type": "keyUp"})
    assert find(page, ".viewer .said").text == "Showing filled"


def test_the_slider_moves_by_keyboard_and_wipes(page):
    slider = find(page, ".slide")
    slider.send_keys(*[Keys.ARROW_RIGHT] * 30)
    assert slider.get_attribute("value") == "30"
    assert slider.get_attribute("aria-valuetext") == "30 % recorded"
    assert style_of(page, ".viewer .over", "clipPath") == "inset(0px 70% 0px 0px)"
    slider.send_keys(Keys.END)
    assert find(page, ".viewer .said").text == "Showing recorded"
    slider.send_keys(Keys.HOME)
    assert style_of(page, ".viewer .over", "clipPath") == "inset(0px 100% 0px 0px)"


def test_the_filled_section_can_be_held_against_the_truth(page):
    find(page, ".against select").send_keys("truth")
    find(page, ".flick").click()
    assert find(page, ".viewer .said").text == "Showing truth"
    source = "return document.querySelector('.viewer .over').src === document.getElementById('gather-1-truth').src"
    assert page.execute_script(source)


def test_the_theme_follows_the_system_until_the_button_says_otherwise(page):
    button = find(page, "#theme")
    assert (button.text, lightness(page) > 200) == ("Theme: auto", True)
    look(page, scheme="dark")
    assert lightness(page) < 60
    button.click()
    assert (button.text, lightness(page) > 200) == ("Theme: light", True)
    look(page, scheme="light")
    button.click()
    assert (button.text, lightness(page) < 60) == ("Theme: dark", True)
    page.refresh()
    assert (find(page, "#theme").text, lightness(page) < 60) == ("Theme: dark", True)
    page.execute_script("localStorage.clear()")


def luminance(colour):
    """Relative luminance of WCAG 2."""
    parts = np.array([int(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]) / 255
    linear = np.where(parts > 0.04045, ((parts + 0.055) / 1.055) ** 2.4, parts / 12.92)
    return np.dot([0.2126, 0.7152, 0.0722], linear)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(page, scheme):
    look(page, scheme=scheme)
    behind = {"main p": "body", ".card span": ".card", "figcaption": "body", ".ticks span": "body", "nav a": "body"}
    for words, ground in (behind | {"main a": "body", ".said": "body", "thead th": "body", "button": "button"}).items():
        pair = luminance(style_of(page, words, "color")), luminance(style_of(page, ground, "backgroundColor"))
        assert (max(pair) + 0.05) / (min(pair) + 0.05) >= 4.5, words  # level AA


def test_nothing_runs_off_the_side(page):
    beyond = """return [...document.querySelectorAll('main *')].filter((e) => !e.closest('.scroll, pre, svg, .ticks')
        && e.getBoundingClientRect().right > innerWidth + 1).length"""
    for width in (320, 390, 800, 1280):
        look(page, width=width)
        assert page.execute_script("return document.documentElement.scrollWidth") <= width
        assert page.execute_script(beyond) == 0


def test_every_control_is_reached_by_keyboard_and_shows_that_it_is(page):
    seen = []
    for _ in range(9):
        page.switch_to.active_element.send_keys(Keys.TAB)
        focused = page.switch_to.active_element
        seen.append((focused.tag_name, focused.get_attribute("class"), focused.text))
        assert style_of(page, ":focus-visible", "outlineStyle") == "solid"
        if focused.get_attribute("class") == "skip":
            assert focused.rect["x"] >= 0
    assert seen[0][1] == "skip"
    assert "button" in {tag for tag, _, _ in seen}
    find(page, ".skip").send_keys(Keys.ENTER)
    assert page.switch_to.active_element.get_attribute("id") == "summary"


def test_on_paper_it_is_light_and_without_controls(page):
    look(page, scheme="dark", media="print")
    assert lightness(page) > 200
    assert lightness(page, ".lead", "color") < 60
    for words in (".bar", ".viewer", ".skip"):
        assert style_of(page, words, "display") == "none"
    assert style_of(page, ".plot", "printColorAdjust") == "exact"
    pdf = base64.b64decode(page.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert pdf.startswith(b"%PDF")


def test_without_scripts_everything_but_the_viewer_is_there(page, address):
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.get(address)
        assert not find(page, ".viewer").is_displayed()
        assert find(page, "#gather-1-filled").is_displayed()
    finally:
        page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_page_without_a_check_logs_nothing_either(chromium, unchecked):
    look(chromium)
    chromium.get(unchecked[-1].as_uri())
    assert chromium.get_log("browser") == []
    assert "not checked" in find(chromium, ".cards").text
