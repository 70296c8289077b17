// Shared by modern-client.mjs and legacy-client.mjs: reads JSON commands, one a line, and prints one JSON line for each.
import { createInterface } from 'node:readline';

/** The error as data; SDK errors carry a numeric JSON-RPC code or a string code, and sometimes data. */
function describe(error) {
  const { name, code, message, data, cause } = error ?? {};
  return { code, message: message ?? String(error), name, data, cause: cause && String(cause.message ?? cause) };
}

/** The notifications received: `add`, `drain` all of them, or `wait` for one with the method. */
export class Notifications {
  #list = [];
  #waiters = [];

  add({ method, params }) {
    const waiter = this.#waiters.findIndex(w => w.method === method);
    if (waiter >= 0) this.#waiters.splice(waiter, 1)[0].resolve({ method, params });
    else this.#list.push({ method, params });
  }

  drain() {
    return this.#list.splice(0);
  }

  async wait(method, timeout = 3000) {
    const index = this.#list.findIndex(n => n.method === method);
    if (index >= 0) return this.#list.splice(index, 1)[0];
    return new Promise((resolve, reject) => {
      const waiter = { method, resolve: found => { clearTimeout(timer); resolve(found); } };
      const timer = setTimeout(() => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(new Error(`no ${method} within ${timeout} ms`));
      }, timeout);
      this.#waiters.push(waiter);
    });
  }
}

/** Runs one call: `invoke(options)` with progress, timeout and cancellation as the command says. */
export async function call({ progress, timeout, cancelAfter }, invoke) {
  const seen = [];
  const abort = new AbortController();
  const timer = cancelAfter === undefined ? undefined : setTimeout(() => abort.abort('cancelled by the test'), cancelAfter);
  try {
    const result = await invoke({
      signal: abort.signal, timeout: timeout ?? 30000, ...progress && { onprogress: p => seen.push(p) },
    });
    return { result, progress: seen };
  } catch (error) {
    return { error: describe(error), progress: seen };
  } finally {
    clearTimeout(timer);
  }
}

/** A value that fits a property of a form. */
function fill({ type, items, default: preset }) {
  if (preset !== undefined) return preset;
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return 7;
  return items ? [] : 'yes';
}

/** The declared capabilities; whoever elicits does so by forms and by URLs. */
export const declared = features => Object.fromEntries(
  features.map(feature => [feature, feature === 'elicitation' ? { form: {}, url: {} } : {}]));

/** What the handlers of the client features answer; the same in both eras. */
export const answers = {
  sampling: () => ({ model: 'test-model', role: 'assistant', content: { type: 'text', text: 'sampled' } }),
  elicitation: ({ params }) => params.mode === 'url' ? { action: 'accept' } : {
    action: 'accept',
    content: {
      answer: 'yes',
      ...Object.fromEntries(Object.entries(params.requestedSchema?.properties ?? {}).map(([name, schema]) => [name, fill(schema)])),
    },
  },
  roots: () => ({ roots: [{ uri: 'file:///tmp', name: 'tmp' }] }),
};

/** The headers of every HTTP request. */
export const headers = () => process.env.MCP_KEY ? { Authorization: `Bearer ${process.env.MCP_KEY}` } : {};

/** Serves the commands in order. `ops[op](command)` returns the fields of the reply. Ends with stdin. */
export async function run(ops, notifications) {
  const all = {
    notifications: () => ({ notifications: notifications.drain() }),
    waitNotification: async ({ method, timeout }) => ({ notification: await notifications.wait(method, timeout) }),
    ...ops,
  };
  process.on('unhandledRejection', error => console.error('unhandled', error));
  for await (const line of createInterface({ input: process.stdin })) {
    if (!line.trim()) continue;
    let reply, command;
    try {
      command = JSON.parse(line);
      if (!Object.hasOwn(all, command.op)) throw new Error(`unknown op: ${command.op}`);
      reply = { op: command.op, ...await all[command.op](command) };
    } catch (error) {
      reply = { op: command?.op, error: describe(error) };
    }
    process.stdout.write(JSON.stringify(reply) + '\n');
  }
  await ops.close?.().catch(() => {});
  process.exit(0);
}
