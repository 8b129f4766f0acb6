// Tables that are sorted by a click on the name of a column, and downloads
// that carry the key.

import { h, t } from "./dom.js";
import { key, request } from "./api.js";

export function explorePage(lang) {
  const order = new Intl.Collator(lang === "zh" ? "zh-CN" : "en", { numeric: true });
  for (const table of document.querySelectorAll("table.sortable")) sortable(table, order);
  for (const a of document.querySelectorAll("a.download")) a.addEventListener("click", (e) => download(e, a));
}

function sortable(table, order) {
  const heads = [...table.querySelectorAll("thead th")];
  const body = table.tBodies[0];
  const first = [...body.rows]; // as printed
  heads.forEach((head, c) => {
    const button = h("button", { type: "button" }, head.textContent);
    button.title = t("sort", { name: head.textContent });
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort") ?? "none"];
      for (const other of heads) other.removeAttribute("aria-sort");
      if (next === "none") return body.append(...first);
      head.setAttribute("aria-sort", next);
      const turn = next === "ascending" ? 1 : -1;
      body.append(...[...first].sort((a, b) => turn * compare(a.cells[c], b.cells[c], order)));
    });
  });
}

// compare puts numbers and dates in their order, and what has none behind.
function compare(a, b, order) {
  const [x, y] = [a.dataset.key ?? "", b.dataset.key ?? ""];
  if (x && y) return x < y ? -1 : x > y ? 1 : 0;
  if (x || y) return x ? -1 : 1;
  return order.compare(a.textContent, b.textContent);
}

// download fetches with the key where there is one, which a link cannot send.
async function download(event, a) {
  if (!key.get()) return;
  event.preventDefault();
  const data = await (await request(a.href)).blob();
  const address = URL.createObjectURL(data);
  h("a", { href: address, download: a.download }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
