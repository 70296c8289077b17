// Driver of the modern client SDK over HTTP: `node modern-client.mjs URL [--era modern|auto]`; see client-loop.mjs.
// modern (default) is pinned to 2026-07-28; auto falls back to initialize. The API key is in env MCP_KEY.
import { Client, LOG_LEVEL_META_KEY, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { answers, call, declared, headers, Notifications, run } from './client-loop.mjs';

const [url, ...options] = process.argv.slice(2);
const auto = options.includes('auto');
const notifications = new Notifications();
let client, level;
const subscriptions = [];

/** Modern clients ask for log messages request by request, so setLevel only changes what is put here. */
const meta = params => level ? { ...params, _meta: { ...params._meta, [LOG_LEVEL_META_KEY]: level } } : params;
/** A schema that everything fits. */
const anything = { '~standard': { version: 1, vendor: 'testkit', validate: value => ({ value }) } };
const legacy = () => client.getProtocolEra() === 'legacy';

async function listen(filter) {
  const subscription = await client.listen(filter);
  subscriptions.push(subscription);
  return { honored: subscription.honoredFilter };
}

await run({
  async connect({ features = [], timeout }) {
    const capabilities = declared(features);
    client = new Client({ name: 'modern-client', version: '1.0.0' }, {
      capabilities, versionNegotiation: { mode: auto ? 'auto' : { pin: '2026-07-28' } },
    });
    if (capabilities.sampling) client.setRequestHandler('sampling/createMessage', answers.sampling);
    if (capabilities.elicitation) client.setRequestHandler('elicitation/create', answers.elicitation);
    if (capabilities.roots) client.setRequestHandler('roots/list', answers.roots);
    client.fallbackNotificationHandler = async notification => notifications.add(notification);
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: headers() } }), { timeout });
    return { protocolVersion: client.getNegotiatedProtocolVersion() };
  },
  info: () => ({
    serverInfo: client.getServerVersion(), protocolVersion: client.getNegotiatedProtocolVersion(),
    era: client.getProtocolEra(), instructions: client.getInstructions(), capabilities: client.getServerCapabilities(),
  }),
  // cacheMode refresh: always ask the server; a test of the client's cache passes "use".
  listTools: async ({ cacheMode = 'refresh' }) => ({ result: await client.listTools(meta({}), { cacheMode }) }),
  listPrompts: async ({ cacheMode = 'refresh' }) => ({ result: await client.listPrompts(meta({}), { cacheMode }) }),
  listResources: async ({ cacheMode = 'refresh' }) => ({ result: await client.listResources(meta({}), { cacheMode }) }),
  call: command => call(command, options => client.callTool(
    meta({ name: command.name, arguments: command.args ?? {}, ...command.meta && { _meta: command.meta } }), options)),
  // Any request as it is; the result is not looked at.
  request: command => call(command, options => client.request({ method: command.method, params: meta(command.params ?? {}) }, anything, options)),
  readResource: async ({ uri, cacheMode = 'refresh' }) => ({ result: await client.readResource(meta({ uri }), { cacheMode }) }),
  getPrompt: async ({ name, args }) => ({ result: await client.getPrompt(meta({ name, arguments: args })) }),
  subscribe: async ({ uri }) => legacy()
    ? { result: await client.subscribeResource({ uri }) } : listen({ resourceSubscriptions: [uri] }),
  setLevel: async command => {
    if (legacy()) return { result: await client.setLoggingLevel(command.level) };
    level = command.level;
    return { result: {} };
  },
  listen: ({ filter = { toolsListChanged: true } }) => listen(filter),
  close: async () => {
    await Promise.all(subscriptions.splice(0).map(subscription => subscription.close()));
    await client?.close();
    return {};
  },
}, notifications);
