// Taking an answer away: as text, Markdown, a reference, or its link.

import { h, t, lang, icon } from "./dom.js";
import { forms } from "./api.js";

const kinds = ["text", "markdown", "gbt7714", "bibtex", "link"];

// today is the day of the reader, as references give it.
function today() {
  const d = new Date();
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, "0")}-${String(d.getDate()).padStart(2, "0")}`;
}

// copyMenu is a button that opens a list of forms. They are fetched when it
// opens, so that a click can copy at once, as browsers demand. said is where
// the outcome is told.
export function copyMenu(answer, language, said) {
  let made = null;
  const button = h("button", { type: "button", class: "quiet", "aria-expanded": "false" }, icon("M7 7V3.500h9.500V13H13M3.500 7H13v9.500H3.500z"), t("copy"));
  const list = h("ul", { class: "menu", hidden: true }, kinds.map((kind) => h("li", {}, h("button", { type: "button", "data-kind": kind, onclick: () => take(kind) }, t(`copy.${kind}`)))));
  const box = h("div", { class: "menu-box" }, button, list);
  const open = (yes) => {
    list.hidden = !yes;
    button.setAttribute("aria-expanded", String(yes));
    if (yes) made ??= forms({ answer, language: lang, base: location.origin, accessed: today() });
  };
  const take = async (kind) => {
    try {
      const text = kind === "link" ? `${location.origin}/a/${encodeURIComponent(answer.id)}` : (await made)[kind];
      if (text) await navigator.clipboard.writeText(text);
      said.textContent = text ? t("copy.done", { what: t(`copy.${kind}`) }) : t("copy.nothing");
    } catch {
      made = null;
      said.textContent = t("copy.failed");
    }
    open(false);
    button.focus();
  };
  button.addEventListener("click", () => open(list.hidden));
  box.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && !list.hidden) {
      e.stopPropagation();
      open(false);
      button.focus();
    }
  });
  box.addEventListener("focusout", (e) => { if (e.relatedTarget && !box.contains(e.relatedTarget)) open(false); });
  addEventListener("pointerdown", (e) => { if (!box.contains(e.target)) open(false); });
  return box;
}
