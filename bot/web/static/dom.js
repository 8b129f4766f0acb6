// Elements and wording. Text enters the page through these functions only, and
// only as text: nothing here parses HTML.

export const lang = document.body.dataset.lang;

const words = await (await fetch(new URL(`./${lang}.json`, import.meta.url))).json();

// t is the wording of a key with {name} replaced.
export function t(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export const has = (key) => key in words;

// langOf is the language that a text of a report is read out in: a report in
// English has no Han characters.
export const langOf = (text) => (/\p{Script=Han}/u.test(text ?? "") ? "zh-CN" : "en");

// h makes an element: on* properties listen, true attributes are set bare,
// null, undefined and false ones are left out.
export function h(tag, properties, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
    else e.setAttribute(name, value === true ? "" : value);
  }
  e.append(...children.flat().filter((c) => c != null && c !== false));
  return e;
}

// icon draws the strokes of a path in a square of 20.
export function icon(path) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  for (const [k, v] of Object.entries({ viewBox: "0 0 20 20", width: 18, height: 18, "aria-hidden": "true", class: "line-icon" })) svg.setAttribute(k, v);
  const p = document.createElementNS(ns, "path");
  p.setAttribute("d", path);
  svg.append(p);
  return svg;
}

export const wide = matchMedia("(min-width: 68rem)");

// say tells a screen reader, without a picture.
export function say(text) {
  const live = document.getElementById("live");
  if (live) live.textContent = text;
}
