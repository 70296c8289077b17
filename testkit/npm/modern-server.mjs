// Test server that speaks only MCP 2026-07-28: `node modern-server.mjs stdio` or `node modern-server.mjs http PORT`.
// Env MODERN_TTL_MS: the ttlMs (with cacheScope public) put on discover, lists and reads; default 0, private.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { acceptedContent, createMcpHandler, fromJsonSchema, inputRequired, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { toNodeHandler } from '@modelcontextprotocol/node';

const [mode, port = '0'] = process.argv.slice(2);
const URI = 'test://static';
const added = new Set(); // names given to add_tool; HTTP builds a new McpServer for each request, so they live here
let notifier; // HTTP only: publishes changes to the open subscriptions/listen streams

const text = value => ({ content: [{ type: 'text', text: String(value) }] });
const object = (properties = {}, required = Object.keys(properties)) =>
  fromJsonSchema({ type: 'object', properties, required });
const string = { type: 'string' }, number = { type: 'number' };

/** Sleeps `ms` in five steps with a progress notification after each; writes `cancelled` to stderr on abort. */
async function slow({ ms }, { mcpReq }) {
  const progressToken = mcpReq._meta?.progressToken;
  try {
    for (let progress = 1; progress <= 5; progress++) {
      await sleep(ms / 5, undefined, { signal: mcpReq.signal });
      if (progressToken !== undefined) {
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 5 } });
      }
    }
  } catch (error) {
    if (mcpReq.signal.aborted) process.stderr.write('cancelled\n');
    throw error;
  }
  return text('done');
}

/** Asks the client one thing (multi-round-trip) and checks that requestState comes back unchanged. */
function roundTrip(request, answer) {
  return (_, { mcpReq }) => {
    if (mcpReq.inputResponses === undefined) {
      return inputRequired({ inputRequests: { q: request() }, requestState: 'state +/="é' });
    }
    if (mcpReq.requestState() !== 'state +/="é') return { ...text('bad requestState'), isError: true };
    return text(answer(mcpReq.inputResponses));
  };
}

function addTool(server, name) {
  server.registerTool(name, { description: 'Added at run time', inputSchema: object() }, () => text(name));
}

function build() {
  const ttlMs = Number(process.env.MODERN_TTL_MS ?? 0);
  const hint = ttlMs ? { ttlMs, cacheScope: 'public' } : undefined;
  const cacheHints = hint && Object.fromEntries(
    ['server/discover', 'tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'resources/read']
      .map(method => [method, hint]));
  const server = new McpServer({ name: 'modern-server', version: '1.0.0' }, {
    instructions: 'A modern test server.',
    capabilities: {
      logging: {}, tools: { listChanged: true }, prompts: { listChanged: true },
      resources: { listChanged: true, subscribe: true },
    },
    cacheHints,
  });
  const tool = (name, inputSchema, handler, more) =>
    server.registerTool(name, { description: `Test tool ${name}`, inputSchema, ...more }, handler);

  tool('echo', object({ text: string }), args => text(args.text));
  tool('add', object({ a: number, b: number }), ({ a, b }) => ({ ...text(a + b), structuredContent: { sum: a + b } }),
    { outputSchema: object({ sum: number }) });
  tool('slow', object({ ms: number }), slow);
  tool('fail', object(), () => ({ ...text('failed as asked'), isError: true }));
  tool('crash', object(), () => process.exit(3));
  tool('ask', object(), roundTrip(
    () => inputRequired.elicit({
      message: 'What is the answer?',
      requestedSchema: { type: 'object', properties: { answer: string }, required: ['answer'] },
    }),
    responses => acceptedContent(responses, 'q')?.answer ?? responses.q.action));
  tool('sample', object(), roundTrip(
    () => inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }], maxTokens: 10 }),
    responses => responses.q.content.text));
  tool('roots', object(), roundTrip(() => inputRequired.listRoots(), responses => JSON.stringify(responses.q.roots)));
  tool('add_tool', object({ name: string }), ({ name }) => {
    if (added.has(name)) return text('already there');
    added.add(name);
    if (notifier) notifier.toolsChanged();
    else addTool(server, name); // stdio: one server for the whole connection, it notifies by itself
    return text('added');
  });
  tool('touch', object(), async () => {
    if (notifier) notifier.resourceUpdated(URI);
    else await server.server.sendResourceUpdated({ uri: URI });
    return text('touched');
  });
  tool('log', object({ level: string }, []), async ({ level = 'info' }, { mcpReq }) => {
    await mcpReq.log(level, 'a log line', 'modern-server'); // the SDK drops it unless the request asked for the level
    return text('logged');
  });
  tool('region', object({ region: { ...string, 'x-mcp-header': 'Region' } }), args => text(args.region));
  tool('headers', object(), (_, { http }) => text(JSON.stringify(Object.fromEntries(http?.req?.headers ?? []))));
  tool('meta', object(), (_, { mcpReq }) => text(JSON.stringify({ meta: mcpReq._meta, envelope: mcpReq.envelope })));
  for (const name of added) addTool(server, name);

  server.registerPrompt('greet', { description: 'Greets', argsSchema: object({ who: string }) },
    ({ who }) => ({ messages: [{ role: 'user', content: { type: 'text', text: `Hello, ${who}!` } }] }));
  server.registerResource('static', URI, { mimeType: 'text/plain' },
    () => ({ contents: [{ uri: URI, mimeType: 'text/plain', text: 'static text' }] }));
  return server;
}

if (mode === 'http') {
  const mcp = createMcpHandler(build, { legacy: 'reject' });
  notifier = mcp.notify;
  const handle = toNodeHandler(mcp);
  const http = createServer((req, res) =>
    new URL(req.url, 'http://x').pathname === '/mcp' ? handle(req, res) : res.writeHead(404).end());
  http.listen(Number(port), '127.0.0.1', () => console.log(`listening on ${http.address().port}`));
} else if (mode === 'stdio') {
  serveStdio(build, { legacy: 'reject' });
} else {
  console.error('usage: modern-server.mjs stdio | http PORT');
  process.exit(2);
}
