// How the place and the source of a citation read.

import { h, t, langOf } from "./dom.js";

export const path = (section) => (section ?? []).join(" › ");

// place says where in its section a citation stands; "" for running text.
export function place(c) {
  if (c.table) {
    return [c.table.caption && t("place.table", { caption: c.table.caption }), c.table.row && t("place.row", { n: c.table.row }), c.table.column].filter(Boolean).join(" · ");
  }
  if (c.kind === "figure") return t("place.figure");
  return c.kind === "note" ? t("place.note") : "";
}

// placeLines are the section, the place in it, and the primary source.
export function placeLines(c) {
  const line = (text, kind) => text && h("p", { class: kind, lang: langOf(text) }, text);
  return [
    line(path(c.section), "at"),
    line(place(c), "at"),
    h("p", { class: c.primary_source ? "primary" : "primary none" }, c.primary_source
      ? [t("source.primary", { name: "" }), h("span", { lang: langOf(c.primary_source) }, c.primary_source)] : t("source.none")),
  ].filter(Boolean);
}

// reference is the report as a reader would look it up.
export const reference = (d) => [named(d.publisher ?? "", d.title || d.id), d.date].filter(Boolean).join(", ");

// named is a title behind its publisher, with a space between words of Latin
// letters.
const named = (publisher, title) => publisher + (/\w$/.test(publisher) && /^\w/.test(title) ? " " : "") + title;
