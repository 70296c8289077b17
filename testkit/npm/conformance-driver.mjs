// The client that the conformance suite tests when it tests the registry's upstream side:
// `node conformance-driver.mjs modern|legacy MOCK_SERVER_URL` registers the suite's server with the registry (env
// REGISTRY_URL), drives it through the registry as a client of that era, and deletes the connection: the suite waits
// for its server's streams to end. The scenario is in env MCP_CONFORMANCE_SCENARIO.
import * as modern from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const PATIENCE = 15_000;
const [era, server] = [process.argv[2], process.argv.at(-1)];
const registry = process.env.REGISTRY_URL;
const scenario = process.env.MCP_CONFORMANCE_SCENARIO;

async function api(method, path, body) {
  const response = await fetch(registry + path, {
    method, body: body && JSON.stringify(body), headers: body ? { 'Content-Type': 'application/json' } : {},
    signal: AbortSignal.timeout(PATIENCE),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status} ${text}`);
  return text ? JSON.parse(text) : {};
}

async function healthy(id) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const connection = await api('GET', `/connections/${id}`);
    if (connection.health.status === 'healthy') return;
    if (Date.now() > end) throw new Error(`not healthy: ${JSON.stringify(connection.health)}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/** Accepts, and leaves the defaults to whoever asks for them: the SDKs fill them in when they are told to. */
const elicitation = { form: { applyDefaults: true } };

async function connect(url) {
  const info = { name: 'conformance-driver', version: '1.0.0' };
  if (era === 'modern') {
    const client = new modern.Client(info, {
      capabilities: { elicitation }, versionNegotiation: { mode: { pin: '2026-07-28' } },
    });
    client.setRequestHandler('elicitation/create', answer);
    await client.connect(new modern.StreamableHTTPClientTransport(new URL(url)));
    return { client, call: params => client.callTool(params), end: () => client.close() };
  }
  const client = new LegacyClient(info, { capabilities: { elicitation } });
  client.setRequestHandler(ElicitRequestSchema, answer);
  const transport = new LegacyTransport(new URL(url));
  await client.connect(transport);
  return {
    client, call: params => client.callTool(params),
    end: async () => { await transport.terminateSession(); await client.close(); },
  };
}

/** What scenarios ask for is confirmed; the rest is what the schema's defaults say. */
const answer = ({ params }) => ({
  action: 'accept', content: 'confirmed' in (params.requestedSchema?.properties ?? {}) ? { confirmed: true } : {},
});

/** Calls every tool that is listed: with the suite's arguments where it has some, else with values of the right types. */
async function callAll({ client, call }) {
  const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');
  const { tools } = await client.listTools();
  if (scenario === 'json-schema-ref-no-deref') return; // The tool is not there to be called.
  const wanted = context.toolCalls
    ?? tools.map(({ name, inputSchema }) => ({ name, arguments: sample(inputSchema) }));
  for (const { name, arguments: args } of wanted) {
    try {
      const result = await call({ name, arguments: args });
      if (result.isError) throw new Error(`${name}: ${JSON.stringify(result)}`);
    } catch (error) {
      // The suite has the registry take the missing resultType for "complete", and pass it on; npm's client does not.
      if (name !== 'test_mrtr_no_result_type' || era !== 'modern') throw error;
    }
  }
}

const SAMPLES = { string: 'text', integer: 7, number: 2.5, boolean: true, null: null, array: [], object: {} };
const sample = ({ properties = {}, required = [] }) =>
  Object.fromEntries(required.map(name => [name, SAMPLES[properties[name].type] ?? SAMPLES.string]));

async function readAll({ client }) {
  for (const { uri } of (await client.listResources()).resources) await client.readResource({ uri });
  for (const { name } of (await client.listPrompts()).prompts) await client.getPrompt({ name });
}

const connection = await api('POST', '/connections', {
  name: `${scenario}-${era}-${process.pid}`, type: 'server', protocol: 'http', endpoint: { url: server },
});
try {
  await healthy(connection.id);
  const session = await connect(`${registry}/connections/${connection.id}/mcp`);
  try {
    await callAll(session);
    if (scenario === 'http-standard-headers') await readAll(session);
  } finally {
    await session.end();
  }
} finally {
  await api('DELETE', `/connections/${connection.id}`);
}
process.exit(0);
