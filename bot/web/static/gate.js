// Pages of a server that asks for a key: a browser cannot send one when it goes
// to an address, so that the page fetches itself again with it.

import { h, t } from "./dom.js";
import { key, request, Problem } from "./api.js";

// keyForm asks for a key; use(key) says whether it opened what was wanted.
export function keyForm(place, use) {
  const field = h("input", { id: "key", type: "password", autocomplete: "off", required: true, spellcheck: "false" });
  const wrong = h("p", { class: "error", role: "alert" });
  const form = h("form", { class: "key" },
    h("label", { for: "key" }, t("key.label")), field, h("button", { type: "submit", class: "send" }, t("key.use")), wrong);
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    key.set(field.value.trim());
    wrong.textContent = "";
    try {
      if (await use()) form.remove();
      else wrong.textContent = t("key.wrong");
    } catch (problem) {
      wrong.textContent = problem instanceof Problem ? problem.words : String(problem);
    }
  });
  place.replaceChildren(form);
  field.focus();
}

// fetchDocument fetches a page of this host with the key, for its elements.
export async function fetchDocument(address) {
  const response = await request(address, { headers: { Accept: "text/html" } });
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

// fetchPage puts the page of the address in the place of this one; false where
// the key does not open it.
export async function fetchPage(address) {
  let page;
  try {
    page = await fetchDocument(address);
  } catch (problem) {
    if (problem instanceof Problem && (problem.status === 401 || problem.status === 403)) return false;
    throw problem;
  }
  document.title = page.title;
  for (const name of ["page", "document"]) {
    if (page.body.dataset[name]) document.body.dataset[name] = page.body.dataset[name];
  }
  document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
  return true;
}
