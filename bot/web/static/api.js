// The HTTP API of this host.

import { t } from "./dom.js";

const keyName = "yanbao_key";

export const key = {
  get: () => sessionStorage.getItem(keyName),
  set: (value) => sessionStorage.setItem(keyName, value),
};

// Problem is an answer that is none: status 0 where no server answered.
export class Problem extends Error {
  constructor(status, detail = "", wait = 0) {
    super(detail || String(status));
    Object.assign(this, { status, detail, wait });
  }

  // words says what happened and what to do, for people.
  get words() {
    const wait = this.wait > 0 ? t("wait.seconds", { n: this.wait }) : t("wait.later");
    switch (this.status) {
      case 0: return t("error.offline");
      case -1: return t("error.broken");
      case 400: case 422: return t("error.400", { detail: this.detail });
      case 401: case 403: case 404: case 413: return t(`error.${this.status}`);
      case 429: case 503: return t(`error.${this.status}`, { wait });
    }
    return t("error.other", { status: this.status });
  }
}

// request fetches with the key; what is no success is thrown as a Problem.
export async function request(path, options = {}) {
  const headers = new Headers(options.headers);
  if (key.get()) headers.set("Authorization", `Bearer ${key.get()}`);
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch (e) {
    if (e.name === "AbortError") throw e;
    throw new Problem(0);
  }
  if (response.ok) return response;
  const wait = Number.parseInt(response.headers.get("Retry-After") ?? "", 10) || 0;
  let detail = "";
  try {
    const body = await response.json();
    detail = body.detail || body.title || "";
  } catch { /* a proxy's page */ }
  throw new Problem(response.status, detail, wait);
}

export const json = async (path, options) => (await request(path, options)).json();

const post = (body) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

// ask streams an answer: on[kind](data) for each event before the last, and
// returns the whole verified answer.
export async function ask(question, on, signal) {
  const options = post(question);
  options.headers.Accept = "text/event-stream";
  const response = await request("/v1/ask", { ...options, signal });
  if (!(response.headers.get("Content-Type") ?? "").startsWith("text/event-stream")) return response.json();
  for await (const { event, data } of events(response.body)) {
    if (event === "answer") return data;
    if (event === "error") throw new Problem(data.status || 500, data.detail || data.title || "");
    on[event]?.(data);
  }
  throw new Problem(-1);
}

// events reads server-sent events (HTML standard, 9.2.6) whose data are JSON.
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let event = "";
  let data = [];
  for (;;) {
    let chunk;
    try {
      chunk = await reader.read();
    } catch (e) {
      if (e.name === "AbortError") throw e;
      throw new Problem(-1);
    }
    if (chunk.done) return;
    const lines = (rest + chunk.value).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (data.length) yield { event: event || "message", data: JSON.parse(data.join("\n")) };
        [event, data] = ["", []];
        continue;
      }
      const at = line.indexOf(":");
      const field = at < 0 ? line : line.slice(0, at);
      const value = at < 0 ? "" : line.slice(at + 1).replace(/^ /, "");
      if (field === "event") event = value;
      else if (field === "data") data.push(value);
    }
  }
}

export const recorded = (id) => json(`/v1/answers/${encodeURIComponent(id)}`);
export const feedback = (id, body) => request(`/v1/answers/${encodeURIComponent(id)}/feedback`, post(body));
export const forms = (body) => json("/copy", post(body));
