// Speaks with yanbao through the JavaScript SDK of the protocol and prints what
// came back as one JSON object.
//
//	node client.cjs MODULES stdio COMMAND ARGUMENT...
//	node client.cjs MODULES http URL
"use strict";
const { createRequire } = require("node:module");
const path = require("node:path");

const [modules, transport, ...rest] = process.argv.slice(2);
const load = createRequire(path.join(path.resolve(modules), "package.json"));
const sdk = (name) => load("@modelcontextprotocol/sdk/client/" + name);
const { Client } = sdk("index.js");
const { StdioClientTransport } = sdk("stdio.js");
const { StreamableHTTPClientTransport } = sdk("streamableHttp.js");
const { ProgressNotificationSchema } = load("@modelcontextprotocol/sdk/types.js");

async function main() {
  const client = new Client({ name: "javascript", version: "1.0.0" });
  await client.connect(
    transport === "http"
      ? new StreamableHTTPClientTransport(new URL(rest[0]))
      : new StdioClientTransport({ command: rest[0], args: rest.slice(1), env: process.env }),
  );
  const out = { server: client.getServerVersion().name };
  out.tools = (await client.listTools()).tools.map((t) => t.name).sort();
  // The client forgets onprogress when the answer comes in the same breath.
  const progress = [];
  client.setNotificationHandler(ProgressNotificationSchema, (n) => void progress.push(n.params.progress));
  out.ask = await client.callTool(
    { name: "ask", arguments: { question: process.env.QUESTION } },
    undefined,
    { onprogress: () => {} },
  );
  out.bad = await client.callTool({ name: "ask", arguments: { question: " " } });
  out.progress = progress.length;
  out.missing = await client.readResource({ uri: "yanbao://passages/none" }).then(
    () => 0,
    (e) => e.code,
  );
  out.resources = [];
  for (let cursor; ; ) {
    const page = await client.listResources({ cursor });
    out.resources.push(...page.resources.map((r) => r.uri));
    cursor = page.nextCursor;
    if (!cursor) break;
  }
  out.templates = (await client.listResourceTemplates()).resourceTemplates.length;
  const link = out.ask.content.find((c) => c.type === "resource_link");
  out.passage = (await client.readResource({ uri: link.uri })).contents[0].text;
  out.prompts = (await client.listPrompts()).prompts.map((p) => p.name).sort();
  out.prompt = (
    await client.getPrompt({ name: "compare-figures", arguments: { first: "甲", second: "乙" } })
  ).messages[0].content.text;
  out.completion = (
    await client.complete({
      ref: { type: "ref/resource", uri: "yanbao://documents/{document}" },
      argument: { name: "document", value: "36kr" },
    })
  ).completion.values;
  await client.close();
  console.log(JSON.stringify(out));
}

main().catch((e) => {
  console.error(e);
  process.exit(1);
});
