import { expect, it } from 'vitest';
import { Agent, agentStep, defineTool } from '../../../src/agent/index.ts';
import { createLocalHost, InMemoryCheckpointStore, Workflow } from '../../../src/durable/index.ts';
import { customModel } from '../../../src/model/index.ts';
import type { CheckpointStore } from '../../../src/spec/index.ts';

const settle = async (): Promise<void> => { for (let i = 0; i < 500; i++) await Promise.resolve(); };
const clockAt = (now: number) => ({ now: () => now, after: () => 0, cancel: () => undefined });

/** A store that never answers again after so many commits: what a dead process sees. */
function mortal(inner: CheckpointStore, commits: number, lost: boolean): { store: CheckpointStore; made: () => number } {
  let made = 0;
  const store = new Proxy(inner, {
    get(target, key) {
      const method = Reflect.get(target, key) as unknown;
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        if (key === 'commit') made++;
        if (made > commits) return new Promise(() => undefined);
        const answer = (method as (...all: unknown[]) => unknown).apply(target, args);
        return made === commits && lost ? new Promise(() => undefined) : answer;
      };
    },
  });
  return { store, made: () => made };
}

interface World { readonly asked: string[]; readonly ran: string[] }

/** Three rounds: two tools at once, one that needs a human, and the answer. What the model says depends on what it reads. */
function build({ asked, ran }: World): Workflow {
  const model = customModel('scripted', {
    complete: ({ messages }) => {
      const results = messages.filter(({ role }) => role === 'tool').length;
      asked.push(`${messages.length}`);
      const usage = { promptTokens: 10, completionTokens: 1 };
      if (results === 0) return { usage, toolCalls: [{ id: 'a', name: 'look', arguments: { at: 'harbour' } }, { id: 'b', name: 'look', arguments: { at: 'sea' } }] };
      if (results === 2) return { usage, toolCalls: [{ id: 'c', name: 'sail', arguments: {} }] };
      return { usage, content: `done after ${results} results` };
    },
  });
  const look = defineTool('look', { type: 'object' }, (args, { callId }) => { ran.push(callId); return `${String(args['at'])} is calm`; });
  const sail = defineTool('sail', { type: 'object' }, (_args, { callId }) => { ran.push(callId); return 'sailing'; }, { needsApproval: true });
  const step = agentStep({
    agent: new Agent({ model, tools: [look, sail] }), input: (event) => String(event['question']),
    output: ({ content, messages, iterations, totalUsage }) => ({
      type: 'blazen::StopEvent', result: { content, iterations, tokens: totalUsage?.promptTokens, roles: messages.map(({ role }) => role).join() },
    }),
  });
  return new Workflow('captain').addStep(step.name, ['blazen::StartEvent', ...step.types], step.handler);
}

async function run(store: CheckpointStore, later: CheckpointStore | null, world: World): Promise<unknown> {
  const open = (on: CheckpointStore, owner: string, now: number) => createLocalHost({ store: on, workflows: [build(world)], owner, clock: clockAt(now), leaseMs: 1000 });
  const first = open(store, 'first', 0);
  void first.start(build(world), { question: 'Sail?' }, { runId: 'r' });
  await settle();
  const host = later === null ? first : open(later, 'second', 5000);
  if (later !== null) await host.recover();
  await settle();
  await host.deliver('r', 'approval:agent:c', true);
  await settle();
  return host.result('r');
}

it('an agent whose process dies at any commit goes on with its conversation: at most one turn is repeated', async () => {
  const calm: World = { asked: [], ran: [] };
  const undisturbed = mortal(new InMemoryCheckpointStore(), Infinity, false);
  const expected = await run(undisturbed.store, null, calm);
  expect(expected).toEqual({ content: 'done after 3 results', iterations: 2, tokens: 30, roles: 'user,assistant,tool,tool,assistant,tool,assistant' });
  expect(calm).toEqual({ asked: ['1', '4', '6'], ran: ['a', 'b', 'c'] });

  const commits = undisturbed.made();
  expect(commits).toBeGreaterThan(3);
  for (let after = 0; after < commits; after++) {
    for (const lost of [false, true]) {
      const world: World = { asked: [], ran: [] };
      const inner = new InMemoryCheckpointStore();
      // The answer of the human is given after the death, so that only what came before it dies.
      const result = await run(mortal(inner, after, lost).store, inner, world);
      expect(result).toEqual(expected);
      expect(world.asked.length).toBeLessThanOrEqual(calm.asked.length + 1);
      expect(new Set(world.ran)).toEqual(new Set(calm.ran));
      expect(world.ran.length).toBeLessThanOrEqual(calm.ran.length + 2);
    }
  }
});
