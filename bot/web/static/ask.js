// The page to ask on: one conversation, kept in this tab until it is started
// anew.

import { h, t, lang, say, wide } from "./dom.js";
import { ask, recorded, Problem } from "./api.js";
import { Turn } from "./answer.js";
import { Panel, placeOf } from "./reader.js";
import { keyForm } from "./gate.js";

const keptName = "yanbao_talk";
const historyTurns = 6; // earlier turns that are sent with a follow-up

export function askPage() {
  new Talk().start();
}

class Talk {
  constructor() {
    const at = (id) => document.getElementById(id);
    Object.assign(this, { form: at("ask"), field: at("question"), select: at("document"), list: at("turns"), fresh: at("fresh"), hero: at("hero"), themes: at("themes") });
    this.panel = new Panel(at("panel"));
    this.done = []; // answers, oldest first
    this.running = null; // what stops the answer on its way
    this.send = this.form.querySelector(".send");
  }

  start() {
    this.form.addEventListener("submit", (e) => {
      e.preventDefault();
      if (!this.running) this.put(this.field.value);
      else if (e.submitter) this.running.abort(); // the button, which says so; not Enter
    });
    // Enter sends and Shift+Enter breaks the line. Phones and input methods do
    // not tell keys, but all tell a line break.
    let shift = false;
    this.field.addEventListener("keydown", (e) => { shift = e.shiftKey; });
    this.field.addEventListener("beforeinput", (e) => {
      if (e.inputType !== "insertLineBreak" || shift || e.isComposing) return;
      e.preventDefault();
      this.form.requestSubmit();
    });
    this.field.addEventListener("input", () => this.grow());
    this.fresh.addEventListener("click", () => this.anew());
    for (const b of document.querySelectorAll(".suggestion")) {
      b.addEventListener("click", () => {
        if (this.select) this.select.value = b.dataset.document;
        this.put(b.textContent);
      });
    }
    this.begin();
  }

  // begin shows a saved answer, a question of the address, or the conversation
  // that this tab was in.
  begin() {
    const saved = location.pathname.match(/^\/a\/([^/]+)$/);
    const question = new URLSearchParams(location.search).get("q");
    if (saved) return this.load(decodeURIComponent(saved[1]));
    for (const answer of this.kept()) this.show(answer);
    if (question) {
      history.replaceState(null, "", "/");
      return this.put(question);
    }
    if (this.done.length) this.list.lastElementChild.scrollIntoView({ block: "start" });
    this.arrange();
  }

  kept() {
    try {
      return JSON.parse(sessionStorage.getItem(keptName)) ?? [];
    } catch {
      return [];
    }
  }

  keep() {
    try {
      sessionStorage.setItem(keptName, JSON.stringify(this.done));
    } catch { /* more than a tab may keep: the conversation lasts until it is left */ }
  }

  anew() {
    this.running?.abort();
    this.done = [];
    this.keep();
    this.list.replaceChildren();
    this.panel.close();
    if (location.pathname !== "/") history.pushState(null, "", "/");
    this.arrange();
    this.field.focus();
  }

  // arrange shows what belongs to an empty page or to a conversation.
  arrange() {
    const talking = this.list.childElementCount > 0;
    document.body.classList.toggle("talking", talking);
    this.hero.classList.toggle("hidden", talking); // its heading stays for those who listen
    if (this.themes) this.themes.hidden = talking;
    this.fresh.hidden = !talking;
    if (talking) this.field.placeholder = t("ask.followup");
    this.grow();
  }

  grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 200)}px`;
  }

  turn(question) {
    const turn = new Turn(question, {
      language: lang,
      open: (c, from) => this.open(c, from),
      nearest: (p, from) => this.open({ document: { id: this.documentOf(p) }, passage_id: p.passage_id, kind: "text" }, from, p.passage_id),
    });
    this.list.append(turn.element);
    this.arrange();
    return turn;
  }

  // documentOf is the report that a near passage stands in, as far as it is
  // known without asking: that of the question, or the only one.
  documentOf(p) {
    return p.document ?? (this.select?.value || document.querySelector(".asked-of a")?.getAttribute("href")?.split("/").pop() || "");
  }

  async open(citation, from) {
    try {
      if (!citation.document.id) citation.document.id = (await import("./api.js").then((api) => api.json(`/v1/passages/${citation.passage_id}`))).document.id;
      if (!wide.matches) {
        location.assign(placeOf(citation));
        return;
      }
      await this.panel.open(citation, from);
    } catch (problem) {
      say(problem instanceof Problem ? problem.words : String(problem));
      location.assign(placeOf(citation));
    }
  }

  show(answer) {
    const turn = this.turn(answer.question);
    turn.finish(answer);
    this.done.push(answer);
    return turn;
  }

  async load(id) {
    const turn = this.turn(t("answer.saved"));
    try {
      const answer = await recorded(id);
      turn.element.remove();
      this.show(answer);
    } catch (problem) {
      this.failed(turn, problem, problem.status !== 404 && (() => {
        turn.element.remove();
        this.load(id);
      }));
    }
  }

  async put(text) {
    const question = text.trim();
    if (!question || this.running) return;
    this.field.value = "";
    const turn = this.turn(question);
    turn.element.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    say(t("answer.looking"));
    this.busy(new AbortController());
    try {
      const answer = await ask({
        question,
        history: this.done.slice(-historyTurns).map((a) => ({ question: a.question, answer: a.answer })),
        document: this.select?.value ?? "",
      }, {
        retrieved: (e) => turn.retrieved(e),
        delta: (e) => turn.delta(e),
        claim: (e) => turn.claim(e),
      }, this.running.signal);
      turn.finish(answer);
      this.done.push(answer);
      this.keep();
      say(`${t("answer")}: ${answer.answer.replace(/\[\d+\]/g, "")}`);
    } catch (problem) {
      if (problem.name === "AbortError") problem = new Stopped();
      this.failed(turn, problem, () => {
        turn.element.remove();
        this.put(question);
      });
    } finally {
      this.busy(null);
    }
  }

  failed(turn, problem, again) {
    turn.fail(problem, again);
    if (problem.status !== 401) return;
    const place = h("div", {});
    turn.rest.append(place);
    keyForm(place, async () => {
      again();
      return true;
    });
  }

  busy(running) {
    this.running = running;
    this.send.textContent = t(running ? "ask.stop" : "ask.send");
    this.send.classList.toggle("stop", Boolean(running));
  }
}

class Stopped extends Problem {
  get words() { return t("answer.stopped"); }
}
