// The reading view: finding the place that an answer cites and marking it, on
// the page of a report and in the panel beside an answer.

import { h, t, icon, wide } from "./dom.js";
import { fetchDocument } from "./gate.js";

// placeOf is the address of what a citation quotes: the span in runes of a
// passage of text, the column of a row.
export function placeOf(c) {
  const q = new URLSearchParams();
  if (c.table?.column) q.set("c", c.table.column);
  else if (c.kind !== "row" && c.span && c.span[1] > c.span[0]) q.set("q", c.span.join("-"));
  const query = q.toString();
  return `/d/${encodeURIComponent(c.document.id)}${query ? `?${query}` : ""}#${c.passage_id}`;
}

// show marks a passage below root and brings it into view; false where root
// does not hold it. span is "12-47" in runes, column the name of a column.
export function show(root, passage, { span, column } = {}) {
  clear(root);
  const e = passage && root.querySelector(`#${CSS.escape(passage)}`);
  if (!e) return false;
  const target = mark(e, span, column);
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "center", inline: "center" });
  return true;
}

function clear(root) {
  for (const m of root.querySelectorAll("mark.cited")) {
    const parent = m.parentNode;
    m.replaceWith(...m.childNodes);
    parent.normalize();
  }
  for (const e of root.querySelectorAll(".cited")) e.classList.remove("cited");
}

// mark returns what is to be brought into view.
function mark(e, span, column) {
  if (e.tagName === "TR") {
    const cell = cellOf(e, column);
    e.classList.add("cited");
    cell?.classList.add("cited");
    return cell ?? e;
  }
  const [from, to] = (span ?? "").split("-").map(Number);
  const wrapped = e.classList.contains("passage") && to > from ? wrap(e, from, to) : null;
  if (wrapped) return wrapped;
  e.classList.add("cited");
  return e;
}

// cellOf finds the cell of a row below a column name; a merged cell may begin
// in a row above.
function cellOf(row, column) {
  if (!column) return null;
  const heads = [...row.closest("table").querySelectorAll("thead th")].map((th) => th.textContent);
  const c = heads.indexOf(column);
  for (let r = row, n = 1; r && c >= 0; r = r.previousElementSibling, n++) {
    const cell = r.querySelector(`[data-c="${c}"]`);
    if (cell) return cell.rowSpan >= n ? cell : null;
  }
  return null;
}

// wrap marks the runes from and up to of the text of an element, and returns
// the first mark.
function wrap(e, from, to) {
  const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
  const ranges = [];
  let at = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const runes = [...node.data];
    const first = Math.max(from - at, 0);
    const last = Math.min(to - at, runes.length);
    if (first < last) ranges.push([node, units(runes, first), units(runes, last)]);
    at += runes.length;
  }
  let begin = null;
  for (const [node, start, end] of ranges) {
    const range = document.createRange();
    range.setStart(node, start);
    range.setEnd(node, end);
    const m = h("mark", { class: "cited" });
    range.surroundContents(m);
    begin ??= m;
  }
  return begin;
}

// units is where rune n begins in UTF-16.
function units(runes, n) {
  let at = 0;
  for (let i = 0; i < n; i++) at += runes[i].length;
  return at;
}

// follow keeps the title of the section that is read marked in the outline.
function follow(root, scroller) {
  const links = new Map();
  for (const a of root.querySelectorAll(".outline a")) links.set(decodeURIComponent(a.hash.slice(1)), a);
  const heads = [...root.querySelectorAll(".report :is(h2, h3, h4)")].filter((e) => links.has(e.id));
  let current = null;
  let waiting = false;
  const update = () => {
    waiting = false;
    const top = (scroller === window ? 0 : scroller.getBoundingClientRect().top) + 120;
    let last = heads[0];
    for (const e of heads) {
      if (e.getBoundingClientRect().top > top) break;
      last = e;
    }
    const a = last && links.get(last.id);
    if (a === current) return;
    current?.removeAttribute("aria-current");
    a?.setAttribute("aria-current", "true");
    current = a;
    const box = a?.closest(".outline");
    if (box && box.scrollHeight > box.clientHeight) box.scrollTop = a.offsetTop - box.clientHeight / 2;
  };
  scroller.addEventListener("scroll", () => {
    if (!waiting) requestAnimationFrame(update);
    waiting = true;
  }, { passive: true });
  update();
}

export function readPage() {
  const details = document.querySelector(".outline details");
  details.open = wide.matches;
  const go = () => {
    const q = new URLSearchParams(location.search);
    show(document, decodeURIComponent(location.hash.slice(1)).replace(/^s-\d+$/, ""), { span: q.get("q"), column: q.get("c") });
  };
  addEventListener("hashchange", go);
  for (const a of document.querySelectorAll(".outline a")) {
    a.addEventListener("click", () => { if (!wide.matches) details.open = false; });
  }
  go();
  follow(document, window);
  backLink();
}

// backLink leads back to the answer that a reader came from.
function backLink() {
  const from = document.referrer && new URL(document.referrer);
  if (!from || from.origin !== location.origin || !(from.pathname === "/" || from.pathname.startsWith("/a/"))) return;
  const a = h("a", { class: "back", href: from.pathname + from.search }, icon("M11.5 4 5.5 10l6 6M6 10h9"), t("read.back"));
  a.addEventListener("click", (e) => {
    e.preventDefault();
    history.back();
  });
  document.querySelector(".report-head").prepend(a);
}

// Panel shows a report beside an answer.
export class Panel {
  constructor(element) {
    this.element = element;
    this.documents = new Map();
    element.addEventListener("keydown", (e) => {
      if (e.key === "Escape") this.close();
    });
  }

  // open shows the place of a citation; from is what focus returns to.
  async open(citation, from) {
    this.from = from;
    const id = citation.document.id;
    if (this.shown !== id) await this.load(id);
    this.element.hidden = false;
    document.querySelector("main").classList.add("with-panel");
    this.full.href = placeOf(citation);
    return show(this.body, citation.passage_id, { span: citation.span?.join("-"), column: citation.table?.column });
  }

  async load(id) {
    if (!this.documents.has(id)) this.documents.set(id, await fetchDocument(`/d/${encodeURIComponent(id)}`));
    const page = this.documents.get(id);
    this.full = h("a", { class: "quiet", href: `/d/${id}` }, t("panel.full"));
    const close = h("button", { type: "button", class: "quiet icon", "aria-label": t("panel.close"), onclick: () => this.close() }, icon("M5 5l10 10M15 5 5 15"));
    const outline = document.importNode(page.querySelector(".outline"), true);
    outline.querySelector("details").open = matchMedia("(min-width: 84rem)").matches;
    const report = document.importNode(page.querySelector(".report"), true);
    report.querySelector("h1")?.replaceWith(h("h2", { class: "panel-title" }, page.querySelector(".report h1").textContent));
    this.body = h("div", { class: "panel-body", tabindex: "0" }, outline, report);
    this.element.replaceChildren(h("div", { class: "panel-bar" }, h("p", { lang: report.lang }, page.querySelector(".report h1").textContent), this.full, close), this.body);
    for (const a of outline.querySelectorAll("a")) {
      a.addEventListener("click", (e) => {
        e.preventDefault();
        const head = this.body.querySelector(`#${CSS.escape(decodeURIComponent(a.hash.slice(1)))}`);
        head?.scrollIntoView({ block: "start" });
        if (!matchMedia("(min-width: 84rem)").matches) outline.querySelector("details").open = false;
      });
    }
    this.element.hidden = false;
    follow(this.element, this.body);
    this.shown = id;
  }

  close() {
    this.element.hidden = true;
    document.querySelector("main").classList.remove("with-panel");
    this.from?.focus();
  }
}
