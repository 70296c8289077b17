// Test server that speaks only legacy MCP (2025-11-25 and before): `node legacy-server.mjs stdio` or `http PORT`.
// HTTP is Streamable HTTP with sessions on /mcp. Env LEGACY_REQUIRE_TOKEN: http answers 401 without that bearer token.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import * as mcp from '@modelcontextprotocol/sdk/types.js';

const [mode, port = '0'] = process.argv.slice(2);
const token = process.env.LEGACY_REQUIRE_TOKEN;
const URI = 'test://static';
const added = new Set(); // names given to add_tool, shared by all sessions
const live = new Map(); // Server -> Set of the URIs it is subscribed to, one entry a session

const text = value => ({ content: [{ type: 'text', text: String(value) }] });
const object = (properties = {}, required = Object.keys(properties)) => ({ type: 'object', properties, required });
const string = { type: 'string' }, number = { type: 'number' };
const invalid = message => new mcp.McpError(mcp.ErrorCode.InvalidParams, message);

/** Sleeps `ms` in five steps with a progress notification after each; writes `cancelled` to stderr on abort. */
async function slow({ ms }, { extra }) {
  const progressToken = extra._meta?.progressToken;
  try {
    for (let progress = 1; progress <= 5; progress++) {
      await sleep(ms / 5, undefined, { signal: extra.signal });
      if (progressToken !== undefined) {
        await extra.sendNotification({ method: 'notifications/progress', params: { progressToken, progress, total: 5 } });
      }
    }
  } catch (error) {
    if (extra.signal.aborted) process.stderr.write('cancelled\n');
    throw error;
  }
  return text('done');
}

/** Sends a request to the client on the stream of the running call. */
const ask = (extra, method, params, schema) => extra.sendRequest({ method, params }, schema);

// name -> [input schema, handler(args, {server, extra}), more fields of the definition]
const tools = {
  echo: [object({ text: string }), args => text(args.text)],
  add: [object({ a: number, b: number }), ({ a, b }) => ({ ...text(a + b), structuredContent: { sum: a + b } }),
    { outputSchema: object({ sum: number }) }],
  slow: [object({ ms: number }), slow],
  fail: [object(), () => ({ ...text('failed as asked'), isError: true })],
  crash: [object(), () => process.exit(3)],
  sample: [object(), async (_, { extra }) => text((await ask(extra, 'sampling/createMessage',
    { messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }], maxTokens: 10 },
    mcp.CreateMessageResultSchema)).content.text)],
  elicit: [object(), async (_, { extra }) => text(JSON.stringify(await ask(extra, 'elicitation/create',
    { mode: 'form', message: 'What is the answer?', requestedSchema: object({ answer: string }) },
    mcp.ElicitResultSchema)))],
  roots: [object(), async (_, { extra }) =>
    text(JSON.stringify((await ask(extra, 'roots/list', undefined, mcp.ListRootsResultSchema)).roots))],
  add_tool: [object({ name: string }), async ({ name }) => {
    added.add(name);
    await Promise.all([...live.keys()].map(server => server.sendToolListChanged()));
    return text('added');
  }],
  touch: [object(), async () => {
    for (const [server, uris] of live) if (uris.has(URI)) await server.sendResourceUpdated({ uri: URI });
    return text('touched');
  }],
  log: [object({ level: string }, []), async ({ level = 'info' }, { server, extra }) => {
    if (!server.isMessageIgnored(level, extra.sessionId)) {
      await extra.sendNotification(
        { method: 'notifications/message', params: { level, logger: 'legacy-server', data: 'a log line' } });
    }
    return text('logged');
  }],
  unsolicited: [object(), (_, { server, extra }) => {
    // No related request: over HTTP it goes to the GET stream of the session.
    setTimeout(() => server.sendLoggingMessage(
      { level: 'warning', logger: 'legacy-server', data: 'unsolicited' }, extra.sessionId).catch(() => {}), 50);
    return text('soon');
  }],
  headers: [object(), (_, { extra }) => text(JSON.stringify(extra.requestInfo?.headers ?? {}))],
};

function build() {
  const server = new Server({ name: 'legacy-server', version: '1.0.0' }, {
    instructions: 'A legacy test server.',
    capabilities: {
      logging: {}, tools: { listChanged: true }, prompts: {}, resources: { subscribe: true },
    },
  });
  const uris = new Set();
  live.set(server, uris);
  server.onclose = () => live.delete(server);
  const on = (schema, handler) => server.setRequestHandler(schema, handler);

  on(mcp.ListToolsRequestSchema, () => ({
    tools: [
      ...Object.entries(tools).map(([name, [inputSchema, , more]]) =>
        ({ name, description: `Test tool ${name}`, inputSchema, ...more })),
      ...[...added].map(name => ({ name, description: 'Added at run time', inputSchema: object() })),
    ],
  }));
  on(mcp.CallToolRequestSchema, async ({ params: { name, arguments: args = {} } }, extra) => {
    if (added.has(name)) return text(name);
    if (!Object.hasOwn(tools, name)) throw invalid(`Unknown tool: ${name}`);
    return tools[name][1](args, { server, extra });
  });
  on(mcp.ListPromptsRequestSchema, () =>
    ({ prompts: [{ name: 'greet', description: 'Greets', arguments: [{ name: 'who', required: true }] }] }));
  on(mcp.GetPromptRequestSchema, ({ params }) => {
    if (params.name !== 'greet') throw invalid(`Unknown prompt: ${params.name}`);
    return { messages: [{ role: 'user', content: { type: 'text', text: `Hello, ${params.arguments?.who}!` } }] };
  });
  on(mcp.ListResourcesRequestSchema, () => ({ resources: [{ uri: URI, name: 'static', mimeType: 'text/plain' }] }));
  on(mcp.ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: [] }));
  on(mcp.ReadResourceRequestSchema, ({ params: { uri } }) => {
    if (uri !== URI) throw new mcp.McpError(-32002, 'Resource not found', { uri });
    return { contents: [{ uri, mimeType: 'text/plain', text: 'static text' }] };
  });
  on(mcp.SubscribeRequestSchema, ({ params }) => { uris.add(params.uri); return {}; });
  on(mcp.UnsubscribeRequestSchema, ({ params }) => { uris.delete(params.uri); return {}; });
  return server;
}

const sessions = new Map(); // Mcp-Session-Id -> transport

async function serve(req, res) {
  const error = (status, code, message, headers) =>
    res.writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } }));
  if (new URL(req.url, 'http://x').pathname !== '/mcp') return error(404, -32000, 'Not found');
  if (token && req.headers.authorization !== `Bearer ${token}`) {
    return error(401, -32000, 'Unauthorized', { 'www-authenticate': 'Bearer realm="legacy-server", error="invalid_token"' });
  }
  const id = req.headers['mcp-session-id'];
  if (id !== undefined) {
    const transport = sessions.get(id);
    return transport ? transport.handleRequest(req, res) : error(404, -32001, 'Session not found');
  }
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: newId => { sessions.set(newId, transport); },
    onsessionclosed: oldId => { sessions.delete(oldId); },
  });
  const server = build();
  await server.connect(transport);
  await transport.handleRequest(req, res);
  if (!transport.sessionId) await server.close(); // it was not an initialize: answered with 4xx
}

if (mode === 'http') {
  const http = createServer((req, res) => serve(req, res).catch(error => { console.error(error); res.destroy(); }));
  http.listen(Number(port), '127.0.0.1', () => console.log(`listening on ${http.address().port}`));
} else if (mode === 'stdio') {
  await build().connect(new StdioServerTransport());
} else {
  console.error('usage: legacy-server.mjs stdio | http PORT');
  process.exit(2);
}
