// Asks a server with OpenAI's JavaScript client and prints what came of it.
// usage: node openai.cjs DIRECTORY-OF-NODE_MODULES BASE-URL
const path = require("node:path");
const [, , modules, baseURL] = process.argv;
const { OpenAI } = require(path.resolve(modules, "node_modules", "openai"));

async function main() {
  const client = new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 });
  const request = {
    model: "yanbao",
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: [{ type: "text", text: "茶饮有多少门店？" }] },
    ],
  };
  const out = { models: [], stream: "" };
  for await (const model of client.models.list()) out.models.push(model.id);
  const whole = await client.chat.completions.create(request);
  out.content = whole.choices[0].message.content;
  out.annotations = whole.choices[0].message.annotations.filter((a) => {
    const { start_index, end_index } = a.url_citation;
    return /^\[\d\]$/.test([...out.content].slice(start_index, end_index).join(""));
  }).length;
  const stream = await client.chat.completions.create({ ...request, stream: true, stream_options: { include_usage: true } });
  for await (const chunk of stream) {
    out.stream += chunk.choices[0]?.delta?.content ?? "";
    out.finish = chunk.choices[0]?.finish_reason ?? out.finish;
    out.usage = chunk.usage?.total_tokens ?? out.usage;
  }
  try {
    await client.chat.completions.create({ ...request, n: 2 });
  } catch (error) {
    Object.assign(out, { status: error.status, code: error.code, param: error.param, say: error.message });
  }
  process.stdout.write(JSON.stringify(out));
}

main().catch((error) => {
  process.stderr.write(String(error.stack));
  process.exit(1);
});
