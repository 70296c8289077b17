// Driver of the legacy client SDK: `node legacy-client.mjs URL [--sse]`; see client-loop.mjs.
// Streamable HTTP, or with --sse HTTP+SSE of 2024-11-05. The API key is in env MCP_KEY.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema, ElicitRequestSchema, ListRootsRequestSchema, ResultSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { answers, call, declared, headers, Notifications, run } from './client-loop.mjs';

const [url, ...options] = process.argv.slice(2);
const Transport = options.includes('--sse') ? SSEClientTransport : StreamableHTTPClientTransport;
const notifications = new Notifications();
let client, transport;

await run({
  async connect({ features = [], timeout }) {
    const capabilities = declared(features);
    client = new Client({ name: 'legacy-client', version: '1.0.0' }, { capabilities });
    if (capabilities.sampling) client.setRequestHandler(CreateMessageRequestSchema, answers.sampling);
    if (capabilities.elicitation) client.setRequestHandler(ElicitRequestSchema, answers.elicitation);
    if (capabilities.roots) client.setRequestHandler(ListRootsRequestSchema, answers.roots);
    client.fallbackNotificationHandler = async notification => notifications.add(notification);
    transport = new Transport(new URL(url), { requestInit: { headers: headers() } });
    await client.connect(transport, { timeout });
    return { protocolVersion: transport.protocolVersion, sessionId: transport.sessionId };
  },
  info: () => ({
    serverInfo: client.getServerVersion(), protocolVersion: transport.protocolVersion, era: 'legacy',
    instructions: client.getInstructions(), capabilities: client.getServerCapabilities(), sessionId: transport.sessionId,
  }),
  listTools: async () => ({ result: await client.listTools() }),
  listPrompts: async () => ({ result: await client.listPrompts() }),
  listResources: async () => ({ result: await client.listResources() }),
  call: command => call(command, options =>
    client.callTool({ name: command.name, arguments: command.args ?? {}, ...command.meta && { _meta: command.meta } }, undefined, options)),
  // Any request as it is; the result is not looked at.
  request: command => call(command, options => client.request({ method: command.method, params: command.params }, ResultSchema, options)),
  readResource: async ({ uri }) => ({ result: await client.readResource({ uri }) }),
  getPrompt: async ({ name, args }) => ({ result: await client.getPrompt({ name, arguments: args }) }),
  subscribe: async ({ uri }) => ({ result: await client.subscribeResource({ uri }) }),
  setLevel: async ({ level }) => ({ result: await client.setLoggingLevel(level) }),
  listen: () => { throw new Error('subscriptions/listen does not exist in the legacy era'); },
  ping: async () => ({ result: await client.ping() }),
  close: async () => {
    await transport?.terminateSession?.(); // DELETE
    await client?.close();
    return {};
  },
}, notifications);
