"use strict";
(() => {
  const root = document.documentElement;
  const themes = ["auto", "light", "dark"];
  const button = document.getElementById("theme");

  function recall() {
    try { return localStorage.getItem("seisfill-theme"); } catch { return null; }
  }

  function setTheme(theme) {
    root.dataset.theme = theme;
    button.querySelector("span").textContent = theme;
    try { localStorage.setItem("seisfill-theme", theme); } catch { /* private pages keep nothing */ }
  }

  const kept = recall();
  setTheme(themes.includes(kept) ? kept : "auto");
  button.hidden = false;
  button.addEventListener("click", () => {
    setTheme(themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length]);
  });

  function makeViewer(box) {
    const find = (words) => box.querySelector(words);
    const under = find(".under"), over = find(".over"), edge = find(".edge");
    const flick = find(".flick"), slide = find(".slide"), said = find(".said"), choice = find("select");
    const section = (name) => document.getElementById(`${box.dataset.name}-${name}`);
    let swapped = false;

    function other() { return choice ? choice.value : "recorded"; }

    function load() {
      for (const [image, name] of [[under, "filled"], [over, other()]]) {
        image.src = section(name).src;
        image.alt = section(name).alt;
      }
      show();
    }

    function show() {
      const share = swapped ? 100 : Number(slide.value);
      over.style.clipPath = `inset(0 ${100 - share}% 0 0)`;
      edge.style.left = `${share}%`;
      edge.hidden = share === 0 || share === 100;
      flick.setAttribute("aria-pressed", String(swapped));
      flick.textContent = swapped ? "Flicker: show filled" : `Flicker: show ${other()}`;
      slide.setAttribute("aria-valuetext", `${share} % ${other()}`);
      said.textContent = share === 0 ? "Showing filled" : share === 100 ? `Showing ${other()}`
        : `Showing ${other()} on the left, filled on the right`;
    }

    function swap(on) { swapped = on; show(); }

    flick.addEventListener("click", () => swap(!swapped));
    slide.addEventListener("input", () => swap(false));
    if (choice) choice.addEventListener("change", load);
    box.hidden = false;
    load();
    return { box, swap };
  }

  const viewers = [...document.querySelectorAll(".viewer")].map(makeViewer);

  function nearest() {
    const focused = viewers.find(({ box }) => box.contains(document.activeElement));
    if (focused) return focused;
    const middle = window.innerHeight / 2;
    const away = ({ box }) => {
      const { top, bottom } = box.getBoundingClientRect();
      return Math.max(top - middle, middle - bottom, 0);
    };
    return viewers.reduce((best, one) => (best && away(best) <= away(one) ? best : one), undefined);
  }

  let held = null;
  const isFlick = (event) => event.key.toLowerCase() === "f" && !event.ctrlKey && !event.metaKey && !event.altKey
    && event.target.tagName !== "SELECT";
  document.addEventListener("keydown", (event) => {
    if (!isFlick(event) || held) return;
    held = nearest() ?? null;
    held?.swap(true);
  });
  const release = () => { held?.swap(false); held = null; };
  document.addEventListener("keyup", (event) => { if (event.key.toLowerCase() === "f") release(); });
  window.addEventListener("blur", release);
})();
