"""Reports open in Chromium, wide and narrow, light and dark, without a network and without an error.

    python check_report.py PAGE ... [--screenshots FOLDER]

Needs Chromium (CHROMIUM names another than the PATH's) and `pip install -r requirements-browser.txt`.
"""

import argparse
import os
import pathlib
import shutil
import sys

from playwright.sync_api import sync_playwright

from checks import require, run_checks

WIDTHS = (1280, 400)
SCHEMES = ("light", "dark")
LOAD_MS = 1000  # of a page with 100,000 steps
FRAME_MS = 50  # on average while it scrolls: 20 frames a second, on two busy cores

# The colours of each canvas: 1 where nothing is drawn on it. Read off a copy: Chromium warns of a
# canvas that is read twice.
CANVASES = """() => [...document.querySelectorAll('canvas')].map(canvas => {
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', {willReadFrequently: true});
  copy.drawImage(canvas, 0, 0);
  const data = copy.getImageData(0, 0, canvas.width, canvas.height).data;
  return new Set(new Uint32Array(data.buffer)).size;
})"""
IMAGES = """() => Promise.all([...document.images].map(async image => {
  try { await image.decode(); } catch { return [image.alt, 0, 0]; }
  return [image.alt, image.naturalWidth, image.naturalHeight];
}))"""
HEADINGS = "() => [...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))"
# Elements that the keyboard reaches and that a screen reader could not name.
NAMELESS = """() => [...document.querySelectorAll('a,button,summary,input,[tabindex]')]
  .filter(e => !(e.getAttribute('aria-label') || e.textContent.trim())).map(e => e.outerHTML.slice(0, 200))"""
TABLES = """() => [...document.querySelectorAll('figure.plot')]
  .map(f => [f.querySelector('h3').textContent, f.querySelectorAll('details tbody tr').length])"""
SCROLL = """() => new Promise(done => {
  const start = performance.now();
  let frames = 0;
  const step = () => {
    window.scrollTo({top: document.body.scrollHeight * frames / 60, behavior: 'instant'});
    if (++frames < 60) requestAnimationFrame(step);
    else done((performance.now() - start) / frames);
  };
  requestAnimationFrame(step);
})"""


def browser_path():
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    found = next((path for path in map(shutil.which, filter(None, names)) if path), None)
    require(found, "there is no Chromium: apt-get install chromium, or set CHROMIUM")
    return found


class Opened:
    """A page in a window of its own, with what it complained about and asked for."""

    def __init__(self, browser, file, width=1280, scheme="light"):
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.page = self.context.new_page()
        self.complaints = []
        self.requests = []
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on("request", lambda r: self.requests.append(r.url))
        self.url = file.resolve().as_uri()
        self.page.goto(self.url)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def outside(self):
        return [u for u in self.requests if u != self.url and not u.startswith("data:")]


def looks(browser, file, width, scheme, screenshots):
    with Opened(browser, file, width, scheme) as opened:
        page = opened.page
        plots = page.locator("[data-plot]").count()
        page.wait_for_selector(f'html[data-ready="{plots}"]', state="attached", timeout=10_000)
        colours = page.evaluate(CANVASES)
        require(len(colours) == plots, f"{plots} plots, {len(colours)} canvases")
        require(all(n > 8 for n in colours), f"blank canvases, colours of each: {colours}")
        images = page.evaluate(IMAGES)
        require(all(alt and w > 0 and h > 0 for alt, w, h in images), f"images that show nothing: {images}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        require(wide <= width, f"the page is {wide} pixels wide in a window of {width}")
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        light = sum(int(n) for n in background[4:-1].split(",")) > 384
        require(light == (scheme == "light"), f"background {background} in the {scheme} scheme")
        if screenshots:
            page.screenshot(path=screenshots / f"{file.stem}-{width}-{scheme}.png", full_page=True)
        require(not opened.complaints, f"the console says {opened.complaints}")
        require(not opened.outside(), f"it asks for {opened.outside()}")
        print(f"  {plots} plots, {len(images)} images")


def reads(browser, file):
    """What a keyboard and a screen reader need."""
    with Opened(browser, file) as opened:
        page = opened.page
        levels = page.evaluate(HEADINGS)
        require(levels.count(1) == 1 and levels[0] == 1, f"levels of headings {levels}")
        require(all(b <= a + 1 for a, b in zip(levels, levels[1:])), f"a level of headings is left out: {levels}")
        require(not page.evaluate(NAMELESS), f"without a name: {page.evaluate(NAMELESS)}")
        tables = page.evaluate(TABLES)
        require(all(rows > 0 for _, rows in tables), f"plots without a table: {tables}")
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        require(outline != "none", "the focus cannot be seen")


def answers(browser, file):
    """The first plot answers to the pointer, to the keyboard and to its legend, and prints."""
    with Opened(browser, file) as opened:
        page = opened.page
        figure = page.locator("[data-plot]").first
        over = figure.locator(".u-over")
        over.scroll_into_view_if_needed()
        before = figure.locator(".legend").inner_text()
        box = over.bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] / 2)
        page.wait_for_timeout(100)
        require(figure.locator(".legend").inner_text() != before, "the legend does not follow the pointer")
        figure.locator(".frame").focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        require(": " in figure.locator(".spoken").inner_text(), "arrow keys read nothing")
        button = figure.locator(".legend button").first
        drawn = page.evaluate(CANVASES)[0]
        button.click()
        page.wait_for_timeout(100)
        require(button.get_attribute("aria-pressed") == "false", "a curve cannot be switched off")
        require(page.evaluate(CANVASES)[0] != drawn, "a curve that is switched off is still drawn")
        button.click()
        require(len(page.pdf()) > 10_000, "it prints as an empty page")
        require(not opened.complaints, f"the console says {opened.complaints}")


def opens_quickly(browser, file):
    """The best of three, since the machine does other things as well."""
    times = []
    for _ in range(3):
        with Opened(browser, file) as opened:
            opened.page.wait_for_selector("html[data-ready]", state="attached")
            times.append(opened.page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
            frame = opened.page.evaluate(SCROLL)
    print(f"  loaded in {min(times):.0f} ms, {frame:.1f} ms a frame while it scrolls")
    require(min(times) < LOAD_MS, f"it opens in {min(times):.0f} ms, more than {LOAD_MS}")
    require(frame < FRAME_MS, f"{frame:.0f} ms a frame while it scrolls, more than {FRAME_MS}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=pathlib.Path, nargs="+")
    parser.add_argument("--screenshots", type=pathlib.Path)
    options = parser.parse_args()
    with sync_playwright() as driver:
        sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium's own does not work for root
        browser = driver.chromium.launch(executable_path=browser_path(), args=sandbox)
        checks = {}
        for file in options.pages:
            for width in WIDTHS:
                for scheme in SCHEMES:
                    checks[f"{file}, {width} pixels, {scheme}"] = (
                        lambda f=file, w=width, s=scheme: looks(browser, f, w, s, options.screenshots))
            checks[f"{file}, read"] = lambda f=file: reads(browser, f)
            checks[f"{file}, used"] = lambda f=file: answers(browser, f)
            checks[f"{file}, quick"] = lambda f=file: opens_quickly(browser, f)
        status = run_checks(checks)
        browser.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
