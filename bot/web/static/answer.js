// One turn of a conversation: the question, the answer on its way and then
// whole, its sources, checks and what can be done with it.

import { h, t, has, icon, langOf } from "./dom.js";
import { feedback, Problem } from "./api.js";
import { preview } from "./popover.js";
import { path, placeLines, reference } from "./cite.js";
import { placeOf } from "./reader.js";
import { copyMenu } from "./copy.js";

const markers = /\[(\d+)\]/g;

export class Turn {
  // open(citation, from) shows a place of the report.
  constructor(question, { open, nearest, language }) {
    Object.assign(this, { question, open, nearest, language, citations: new Map() });
    this.text = h("div", { class: "answer" });
    this.status = h("p", { class: "looking" }, t("answer.looking"));
    this.rest = h("div", { class: "rest" });
    this.body = h("div", { class: "turn-body", "aria-busy": "true" }, this.status, this.text, this.rest);
    this.element = h("article", { class: "turn" }, h("h2", { class: "asked" }, h("span", { class: "hidden" }, `${t("you")} `), question), this.body);
    this.shown = "";
  }

  // The events of a stream.
  retrieved({ retrieved }) { this.status.textContent = t("answer.read", { n: retrieved ?? "" }); }

  delta({ delta, restart }) {
    if (restart) [this.shown, this.citations] = ["", new Map()];
    this.shown += delta ?? "";
    this.draw();
  }

  claim({ citations }) {
    for (const c of citations ?? []) this.citations.set(c.n, c);
    this.draw();
  }

  draw() {
    this.status.hidden = true;
    this.text.replaceChildren(...marked(this.shown, (n) => this.mark(n)));
  }

  // mark is the link [n] of the answer.
  mark(n) {
    const c = this.citations.get(n);
    if (!c) return h("span", { class: "cite waiting" }, String(n));
    const a = h("a", { class: "cite", href: placeOf(c), "aria-label": t("cite.open", { n, quote: short(c.quote || c.text, 40) }) }, String(n));
    preview(a, c, () => this.open(c, a));
    return a;
  }

  // finish shows the whole answer.
  finish(answer) {
    this.answer = answer;
    this.body.removeAttribute("aria-busy");
    this.citations = new Map(answer.citations.map((c) => [c.n, c]));
    this.shown = answer.answer;
    this.draw();
    const refused = answer.status !== "answered";
    this.element.classList.toggle("refused", refused);
    this.text.lang = answer.language === "en" ? "en" : "zh-CN";
    this.rest.replaceChildren(...[
      refused && h("p", { class: "verdict-line" }, t(`status.${answer.status}`)),
      answer.notices?.length && this.notices(answer.notices),
      refused && answer.related?.length && this.related(answer.related),
      answer.citations.length && this.sources(answer),
      answer.claims?.length && this.checks(answer),
      this.actions(answer),
    ].filter(Boolean));
    if (refused) this.body.prepend(this.rest.firstChild);
  }

  notices(notices) {
    return h("aside", { class: "notices", "aria-label": t("notices") }, h("ul", { lang: this.text.lang }, notices.map((n) => h("li", {}, n))));
  }

  related(related) {
    return h("section", { class: "nearest" }, h("h3", {}, t("nearest")),
      h("ul", {}, related.map((p) => h("li", {}, this.relatedButton(p)))));
  }

  relatedButton(p) {
    const b = h("button", { type: "button", class: "near", lang: langOf(p.text) },
      p.section?.length > 1 && h("span", { class: "near-path" }, path(p.section.slice(0, -1))),
      p.section?.length > 0 && h("span", { class: "near-title" }, p.section.at(-1)), h("span", { class: "near-text" }, short(p.text, 90)));
    b.addEventListener("click", () => this.nearest(p, b));
    return b;
  }

  sources(answer) {
    const seen = new Set();
    return h("section", { class: "sources" }, h("h3", {}, t("sources")), h("ol", {}, answer.citations.map((c) => {
      const a = h("a", { class: "see", href: placeOf(c) }, t("cite.open.short"));
      a.setAttribute("aria-label", `${t("cite.open.short")} [${c.n}]`);
      a.addEventListener("click", (e) => {
        if (e.metaKey || e.ctrlKey || e.shiftKey) return;
        e.preventDefault();
        this.open(c, a);
      });
      const first = !seen.has(c.document.id);
      seen.add(c.document.id);
      return h("li", { value: c.n }, h("span", { class: "number", "aria-hidden": "true" }, String(c.n)), h("div", {},
        h("blockquote", { lang: langOf(c.quote || c.text) }, c.quote || c.text),
        first && h("p", { class: "report-name", lang: langOf(c.document.title) }, reference(c.document)), placeLines(c), a));
    })));
  }

  // checks lists each sentence with its verdict, its values and what a reader
  // can say is wrong with it.
  checks(answer) {
    const bad = answer.claims.filter((c) => c.verdict !== "supported").length;
    const title = bad ? t("claims.some", { n: answer.claims.length, bad }) : t("claims.count", { n: answer.claims.length });
    return h("details", { class: "checks" }, h("summary", { class: bad ? "doubt" : "" }, title),
      h("ol", {}, answer.claims.map((c, i) => h("li", {}, h("p", { lang: this.text.lang }, c.text), this.verdict(c), this.values(c), this.report(answer, i)))),
      h("p", { class: "how" }, [answer.model && answer.mode === "generated" ? t("mode.generated", { model: answer.model }) : has(`mode.${answer.mode}`) ? t(`mode.${answer.mode}`, { model: "" }) : "",
        answer.confidence > 0 && t("confidence", { p: `${Math.round(answer.confidence * 100)}%` }), answer.took_ms > 0 && t("took", { ms: answer.took_ms < 10 ? answer.took_ms.toFixed(1) : Math.round(answer.took_ms) })].filter(Boolean).join(" · ")));
  }

  verdict(c) {
    const key = `verdict.${c.verdict}`;
    return h("p", { class: c.verdict === "supported" ? "verdict good" : "verdict bad" }, has(key) ? t(key) : t("verdict.other"), " ",
      (c.citations ?? []).map((n) => this.mark(n)));
  }

  values(c) {
    const seen = new Set();
    const values = (c.values ?? []).filter((v) => !seen.has(v.text) && seen.add(v.text));
    if (!values.length) return null;
    return h("ul", { class: "values" }, values.map((v) => h("li", {}, v.citation
      ? t("value.cited", { value: v.text, n: v.citation })
      : v.formula ? t("value.computed", { value: v.text, formula: v.formula }) : t("value.computed.plain", { value: v.text }))));
  }

  report(answer, claim) {
    const said = h("p", { class: "said", role: "status" });
    const send = async (verdict) => {
      said.textContent = await this.tell(answer, { verdict, claim: claim + 1 });
    };
    return h("div", { class: "report-problem" }, h("div", { role: "group", "aria-label": t("report") },
      ["wrong_number", "wrong_source", "not_in_report"].map((v) => h("button", { type: "button", class: "quiet small", onclick: () => send(v) }, t(`report.${v}`)))), said);
  }

  // tell sends feedback and returns what came of it, in words.
  async tell(answer, body) {
    try {
      await feedback(answer.id, body);
      return t("thanks");
    } catch (problem) {
      return t("feedback.failed", { why: problem instanceof Problem ? problem.words : String(problem) });
    }
  }

  actions(answer) {
    const said = h("span", { class: "said", role: "status" });
    const thumb = (verdict, label, shape) => {
      const b = h("button", { type: "button", class: "quiet icon", "aria-label": label, title: label, "aria-pressed": "false" }, icon(shape));
      b.addEventListener("click", async () => {
        said.textContent = await this.tell(answer, { verdict });
        if (said.textContent !== t("thanks")) return;
        for (const other of thumbs) other.setAttribute("aria-pressed", String(other === b));
      });
      return b;
    };
    const thumbs = [
      thumb("up", t("up"), "M6.5 9v8H3.5V9zM6.5 9l3.2-6c1.6 0 2.4 1 2 2.6L11 8h4.6c1 0 1.6.8 1.4 1.8l-1.2 6c-.2.8-.7 1.2-1.5 1.2H6.5"),
      thumb("down", t("down"), "M6.5 11V3H3.5v8zM6.5 11l3.2 6c1.6 0 2.4-1 2-2.6L11 12h4.6c1 0 1.6-.8 1.4-1.8l-1.2-6C15.600 3.400 15.100 3 14.300 3H6.500"),
    ];
    return h("div", { class: "actions" }, copyMenu(answer, this.language, said), thumbs, said);
  }

  // fail says what happened, with a way to try again.
  fail(problem, again) {
    this.body.removeAttribute("aria-busy");
    this.status.hidden = true;
    const words = problem instanceof Problem ? problem.words : t("error.other", { status: String(problem?.message ?? problem) });
    this.rest.replaceChildren(h("div", { class: "error", role: "alert" }, h("p", {}, words),
      again && h("button", { type: "button", class: "button", onclick: again }, t("retry"))));
  }
}

// marked cuts text at its markers [n] and puts mark(n) in their places.
function marked(text, mark) {
  const out = [];
  let at = 0;
  for (const m of text.matchAll(markers)) {
    out.push(text.slice(at, m.index), mark(Number(m[1])));
    at = m.index + m[0].length;
  }
  out.push(text.slice(at));
  return out;
}

function short(text, runes) {
  const all = [...text];
  return all.length > runes ? `${all.slice(0, runes - 1).join("")}…` : text;
}
