// The card that shows what a citation quotes, on hover, focus or tap. It stays
// while the pointer is over it and goes with Escape (WCAG 2.2, 1.4.13).

import { h, t, langOf } from "./dom.js";
import { placeLines } from "./cite.js";

const showAfter = 120; // ms of hovering
const hideAfter = 220; // ms to move the pointer into the card

let card = null;
let timer = 0;
let anchor = null;

function later(what, ms) {
  clearTimeout(timer);
  timer = setTimeout(what, ms);
}

function hide() {
  clearTimeout(timer);
  anchor?.removeAttribute("aria-describedby");
  anchor = null;
  if (card) card.hidden = true;
}

function make() {
  card = h("div", { class: "card", id: "card", role: "tooltip", hidden: true });
  card.addEventListener("pointerenter", () => clearTimeout(timer));
  card.addEventListener("pointerleave", () => later(hide, hideAfter));
  document.body.append(card);
  addEventListener("keydown", (e) => { if (e.key === "Escape") hide(); });
  addEventListener("pointerdown", (e) => { if (!card.contains(e.target) && e.target !== anchor) hide(); });
  addEventListener("scroll", () => { if (anchor && !anchor.matches(":hover")) hide(); }, { passive: true, capture: true });
}

function showAt(a, citation, open) {
  if (!card) make();
  anchor?.removeAttribute("aria-describedby");
  anchor = a;
  card.setAttribute("role", open ? "group" : "tooltip"); // a tooltip holds no button
  card.replaceChildren(
    h("p", { class: "card-quote", lang: langOf(citation.quote || citation.text) }, `“${citation.quote || citation.text}”`),
    ...placeLines(citation),
    open ? h("button", { type: "button", class: "card-open", onclick: () => { hide(); open(); } }, t("cite.open.short")) : "");
  card.hidden = false;
  const at = a.getBoundingClientRect();
  const box = card.getBoundingClientRect();
  const gap = 8;
  const left = Math.min(Math.max(at.left + at.width / 2 - box.width / 2, gap), innerWidth - box.width - gap);
  const above = at.top - box.height - gap;
  card.style.left = `${left}px`;
  card.style.top = `${above > 60 ? above : at.bottom + gap}px`;
  a.setAttribute("aria-describedby", "card");
}

// preview gives a citation link its card. A tap shows the card, whose button
// opens the place; a click or Enter opens it at once.
export function preview(a, citation, open) {
  let touch = false;
  a.addEventListener("pointerdown", (e) => { touch = e.pointerType === "touch"; });
  a.addEventListener("pointerenter", (e) => { if (e.pointerType === "mouse") later(() => showAt(a, citation), showAfter); });
  a.addEventListener("pointerleave", () => later(hide, hideAfter));
  a.addEventListener("focus", () => { if (!touch && a.matches(":focus-visible")) showAt(a, citation); });
  a.addEventListener("blur", () => { if (!touch) later(hide, hideAfter); });
  a.addEventListener("click", (e) => {
    if (e.metaKey || e.ctrlKey || e.shiftKey) return; // a new tab
    e.preventDefault();
    if (touch) {
      touch = false;
      showAt(a, citation, open);
      return;
    }
    hide();
    open();
  });
}
