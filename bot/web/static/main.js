// What a page does beyond showing itself.

import { lang } from "./dom.js";
import { key } from "./api.js";
import { askPage } from "./ask.js";
import { readPage } from "./reader.js";
import { explorePage } from "./explore.js";
import { keyForm, fetchPage } from "./gate.js";

// theme goes from what is seen to the other, and remembers it.
function theme() {
  const button = document.getElementById("theme");
  const dark = () => (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const show = () => button.setAttribute("aria-pressed", String(dark()));
  button.hidden = false;
  show();
  button.addEventListener("click", () => {
    const next = dark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    document.cookie = `yanbao_theme=${next}; Path=/; Max-Age=31536000; SameSite=Lax`;
    show();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
}

// language keeps the place in the page that the address names.
function language() {
  document.getElementById("language").addEventListener("click", (e) => {
    e.currentTarget.hash = location.hash;
  });
}

async function start() {
  theme();
  language();
  if (document.body.dataset.page === "gate") {
    if (key.get() && (await fetchPage(location.href))) return page();
    keyForm(document.getElementById("gate"), async () => {
      if (!(await fetchPage(location.href))) return false;
      page();
      return true;
    });
    document.body.dataset.ready = "";
    return;
  }
  page();
}

function page() {
  const pages = { ask: askPage, read: readPage, explore: explorePage };
  pages[document.body.dataset.page]?.(lang);
  document.body.dataset.ready = "";
}

start();
