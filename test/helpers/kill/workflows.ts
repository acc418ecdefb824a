// The workflows that are killed: portable, and every effect on the outside goes through `World`.
import { collect, type Context, type EventLike, limit, parallelWorkflows, retry, subWorkflow, timeout, Workflow } from '../../../src/index.ts';

/** The outside as a step sees it. */
export interface World {
  /**
   * Do something outside that cannot be taken back. `label` names it, once per run in a run that nothing disturbs; `call` is
   * the `ctx.run` that it happens in.
   */
  readonly effect: (context: Context, label: string, call?: string) => Promise<void>;
}

/** A workflow to kill, and how its human answers. */
export interface Subject {
  readonly workflow: Workflow;
  readonly input: object;
  /** All open questions but the last are answered by way of another process, which has no host. */
  readonly answeredElsewhere?: true;
  /** Where killing it begins, for one whose early boundaries are all alike. Default: at its start. */
  readonly killedFrom?: string;
  /** Effects whose key names an earlier execution of their step than the one that makes them: which one that is, 1 for the first. */
  readonly laterExecution?: Readonly<Record<string, number>>;
}

const START = 'blazen::StartEvent';
const ANSWER = 'blazen::InputResponseEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });
const ask = (id: string) => ({ type: 'blazen::InputRequestEvent', request_id: id, prompt: `${id}?` });
const together = (event: EventLike) => event['events'] as readonly EventLike[];
const plus = (n: number) => (value: unknown) => (value as number ?? 0) + n;

/** All of them, by name. */
export function subjects({ effect }: World): Readonly<Record<string, Subject>> {
  const did = (label: string, next: EventLike) => async (_event: EventLike, context: Context): Promise<EventLike> => {
    await effect(context, label);
    context.update('steps', plus(1));
    return next;
  };

  const chain = new Workflow('chain')
    .addStep('first', [START], async (event, context) => {
      await effect(context, 'first');
      context.set('kept', new Map([['n', BigInt(event['n'] as number)]]));
      return { type: 'Second' };
    })
    .addStep('second', ['Second'], did('second', { type: 'Third' }))
    .addStep('third', ['Third'], did('third', { type: 'Last' }))
    .addStep('last', ['Last'], async (_event, context) => {
      await effect(context, 'last');
      return stop([(context.get('kept') as Map<string, bigint>).get('n'), context.get('steps')]);
    });

  const fan = new Workflow('fan')
    .addStep('plan', [START], async (event, context) => {
      await effect(context, 'plan');
      return Array.from({ length: event['n'] as number }, (_, i) => ({ type: 'Fetch', i }));
    })
    .addStep('fetch', ['Fetch'], async (event, context) => {
      await effect(context, `fetch ${String(event['i'])}`);
      context.update('sum', plus(event['i'] as number));
      return { type: 'Fetched', i: event['i'] };
    })
    .addStep('join', ['Fetched'], async (event, context) => {
      await effect(context, 'join');
      return stop([together(event).map((one) => one['i'] as number).sort((a, b) => a - b), context.get('sum')]);
    }, collect(3));

  const limited = new Workflow('limited')
    .addStep('plan', [START], () => [1, 2, 3, 4, 5].map((i) => ({ type: 'Work', i })))
    .addStep('work', ['Work'], async (event, context) => {
      await effect(context, `work ${String(event['i'])}`);
      return [{ type: 'Left', i: event['i'] }, { type: 'Right', i: event['i'] }];
    }, limit(2))
    .addStep('pair', ['Left', 'Right'], async (event, context) => {
      await effect(context, `pair`);
      return stop(together(event).map((one) => `${one.type} ${String(one['i'])}`).sort());
    }, collect(5));

  const approval = new Workflow('approval')
    .addStep('draft', [START], async (_event, context) => {
      await effect(context, 'draft');
      context.set('round', 1);
      return ask('draft');
    })
    .addStep('decide', [ANSWER], async (event, context) => {
      const round = context.get('round') as number;
      await effect(context, `decide ${round}`);
      context.set('round', round + 1);
      context.update('heard', (heard) => [...heard as string[] ?? [], String(event['response'])]);
      return round === 3 ? stop(context.get('heard')) : ask(`round ${round}`);
    });

  const survey = (name: string) => new Workflow(name)
    .addStep('ask', [START], async (_event, context) => {
      await effect(context, 'ask');
      return ['a', 'b', 'c'].map(ask);
    })
    .addStep('hear', [ANSWER], async (event, context) => {
      await effect(context, `hear ${String(event['request_id'])}`);
      return { type: 'Heard', said: `${String(event['request_id'])}=${String(event['response'])}` };
    })
    .addStep('end', ['Heard'], async (event, context) => {
      await effect(context, 'end');
      return stop(together(event).map((one) => one['said'] as string).sort());
    }, collect(3));

  const part = (name: string, label: string) => new Workflow(name)
    .addStep('begin', [START], async (event, context) => {
      await effect(context, `${label} begin`);
      context.writeEventToStream({ type: 'Began', part: label });
      return { type: 'Go', n: event['n'] };
    })
    .addStep('go', ['Go'], async (event, context) => {
      await effect(context, `${label} go`);
      return stop((event['n'] as number) + 1);
    });

  const nested = new Workflow('nested')
    .addStep('before', [START], did('before', { type: 'Inner', n: 1 }))
    .addStep('inner', ['Inner'], subWorkflow(part('inner', 'inner')))
    .addStep('after', ['blazen::SubWorkflowCompleted'], async (event, context) => {
      await effect(context, 'after');
      return stop(event['result']);
    });

  const sideBySide = new Workflow('side by side')
    .addStep('both', [START], parallelWorkflows({ x: part('x', 'x'), y: part('y', 'y') }))
    .addStep('after', ['blazen::SubWorkflowCompleted'], async (event, context) => {
      await effect(context, 'after');
      return stop(event['result']);
    });

  const stages = new Workflow('stages')
    .addStep('read', [START], subWorkflow(part('read', 'read'), undefined, (n) => ({ type: 'Read', n })))
    .addStep('think', ['Read'], subWorkflow(part('think', 'think'), undefined, (n) => ({ type: 'Thought', n })))
    .addStep('write', ['Thought'], subWorkflow(part('write', 'write'), undefined, stop));

  const asking = new Workflow('asking')
    .addStep('inner', [START, ANSWER], subWorkflow(new Workflow('questions')
      .addStep('ask', [START], async (_event, context) => {
        await effect(context, 'inner ask');
        return ask('sure');
      })
      .addStep('hear', [ANSWER], async (event, context) => {
        await effect(context, 'inner hear');
        return stop(event['response']);
      })))
    .addStep('after', ['blazen::SubWorkflowCompleted'], async (event, context) => {
      await effect(context, 'after');
      return stop(event['result']);
    });

  const flaky = new Workflow('flaky')
    .addStep('try', [START], async (_event, context) => {
      await effect(context, `try ${context.attempt}`);
      if (context.attempt === 1) context.writeEventToStream({ type: 'Trying' });
      else context.sendEvent({ type: 'Noted' });
      if (context.attempt < 3) throw new Error('Not yet');
      return { type: 'Done' };
    }, retry({ maxAttempts: 3, backoffMs: 4 }), timeout(60_000))
    .addStep('note', ['Noted'], did('note', { type: 'Done' }))
    .addStep('end', ['Done'], async (_event, context) => {
      await effect(context, 'end');
      return stop(context.get('steps'));
    }, collect(2));

  const failing = new Workflow('failing')
    .addStep('good', [START], did('good', { type: 'Bad' }))
    .addStep('bad', ['Bad'], async (_event, context) => {
      await effect(context, 'bad');
      throw new Error('No use');
    });

  const telling = new Workflow('telling')
    .addStep('tell', [START], async (_event, context) => {
      for (const word of ['once', 'upon', 'a']) context.writeEventToStream({ type: 'Word', word });
      await effect(context, 'half');
      context.set('half', true);
      await context.checkpoint();
      for (const word of ['time', 'there']) context.writeEventToStream({ type: 'Word', word });
      await effect(context, 'whole');
      context.live({ type: 'Word', word: 'not kept' });
      return { type: 'Told' };
    })
    .addStep('end', ['Told'], async (_event, context) => {
      context.writeEventToStream({ type: 'Word', word: 'was' });
      await effect(context, 'end');
      return stop(context.get('half'));
    });

  const counting = new Workflow('counting')
    .addStep('plan', [START], (_event, context) => {
      context.set('n', 0);
      return Array.from({ length: 6 }, (_, i) => ({ type: 'Add', i }));
    })
    .addStep('add', ['Add'], async (event, context) => {
      const i = event['i'] as number;
      context.update('n', plus(1));
      context.sendEvent({ type: 'Added' });
      await effect(context, `add ${i}`);
      context.update('n', plus(10));
      await context.checkpoint();
      context.update('n', plus(100));
      return { type: 'Added' };
    })
    .addStep('end', ['Added'], async (_event, context) => {
      await effect(context, 'end');
      return stop(context.get('n'));
    }, collect(12));

  /** What a model would say, turn by turn: the tools to call, and at last nothing more. */
  const script: readonly (readonly string[])[] = [['weather', 'calendar'], ['book'], []];
  const tools = new Workflow('tools')
    .addStep('ask model', [START, 'Results'], async (_event, context) => {
      const turn = context.get('turn') as number ?? 0;
      await effect(context, `model ${turn}`);
      context.set('turn', turn + 1);
      const calls = script[turn] ?? [];
      if (calls.length === 0) return stop(context.get('called'));
      context.set('calls', calls.length);
      return calls.map((tool) => ({ type: 'Call', tool }));
    })
    .addStep('call', ['Call'], async (event, context) => {
      await effect(context, `tool ${String(event['tool'])}`);
      context.update('called', (called) => [...called as string[] ?? [], event['tool'] as string].sort());
      return { type: 'Result', tool: event['tool'] };
    })
    .addStep('results', ['Result'], () => ({ type: 'Results' }), collect((get) => get('calls') as number));

  /** An effect inside `ctx.run`, which is never made again once its call is kept. */
  const kept = (context: Context, name: string): Promise<string> => context.run(name, async () => {
    await effect(context, name, name);
    return `${name} done`;
  });

  const loop = new Workflow('tool loop')
    .addStep('loop', [START], async (_event, context) => {
      const told: string[] = [];
      for (const [turn, calls] of script.entries()) {
        told.push(await kept(context, `model ${turn}`));
        told.push(...await Promise.all(calls.map((tool) => kept(context, `tool ${tool}`))));
      }
      return stop(told);
    });

  const paying = new Workflow('paying')
    .addStep('pay', [START], async (_event, context) => {
      const price = await kept(context, 'price');
      context.set('price', price);
      context.sendEvent({ type: 'Priced' });
      await effect(context, 'not kept');
      context.writeEventToStream({ type: 'Paying' });
      return { type: 'Paid', receipts: [price, await kept(context, 'pay')] };
    })
    .addStep('note', ['Priced'], did('note', { type: 'Noted' }))
    .addStep('end', ['Paid', 'Noted'], async (event, context) => {
      await effect(context, 'end');
      return stop([context.get('price'), together(event)[0]?.['receipts']]);
    }, collect(1));

  // Long enough for the run to be put away meanwhile, however slow the machine is.
  const sleeping = new Workflow('sleeping')
    .addStep('sleep', [START], async (_event, context) => {
      await kept(context, 'lie down');
      context.set('asleep', true);
      await context.sleep(500);
      await kept(context, 'dream');
      await context.sleep(400);
      await effect(context, 'get up');
      return { type: 'Up' };
    })
    .addStep('end', ['Up'], async (_event, context) => {
      await effect(context, 'end');
      return stop(context.get('asleep'));
    });

  const hearing = new Workflow('hearing')
    .addStep('hear', [START], async (_event, context) => {
      await kept(context, 'prepare');
      const answer = context.waitFor(ANSWER, { match: { request_id: 'sure' } });
      context.sendEvent(ask('sure'));
      const { response } = await answer;
      await effect(context, 'heard');
      return stop(response);
    });

  const givingUp = new Workflow('giving up')
    .addStep('wait', [START], async (_event, context) => {
      const missed = await context.waitFor('Never', { timeoutMs: 500 }).then(() => 'came', (error: Error) => error.name);
      await kept(context, 'give up');
      return stop(missed);
    });

  /** Compacts its journal on the way: a state is written anew after 256 changes. */
  const long = new Workflow('long')
    .addStep('work', [START], async (_event, context) => {
      for (let i = 0; i < 260; i++) {
        context.update('n', plus(1));
        await context.checkpoint();
        // A Durable Object writes at the end of a turn.
        if (i % 20 === 0) await new Promise((resolve) => { setTimeout(resolve); });
      }
      await effect(context, 'nearly');
      return { type: 'Worked' };
    })
    .addStep('end', ['Worked'], async (_event, context) => {
      await effect(context, 'end');
      return stop(context.get('n'));
    });

  return {
    chain: { workflow: chain, input: { n: 7 } },
    fan: { workflow: fan, input: { n: 3 } },
    limited: { workflow: limited, input: {} },
    approval: { workflow: approval, input: {} },
    survey: { workflow: survey('survey'), input: {} },
    'survey elsewhere': { workflow: survey('survey elsewhere'), input: {}, answeredElsewhere: true },
    nested: { workflow: nested, input: {} },
    'side by side': { workflow: sideBySide, input: { n: 1 } },
    stages: { workflow: stages, input: { n: 1 } },
    asking: { workflow: asking, input: {}, laterExecution: { 'inner hear': 2 } },
    flaky: { workflow: flaky, input: {} },
    failing: { workflow: failing, input: {} },
    telling: { workflow: telling, input: {} },
    counting: { workflow: counting, input: {} },
    tools: { workflow: tools, input: {} },
    'tool loop': { workflow: loop, input: {} },
    paying: { workflow: paying, input: {} },
    sleeping: { workflow: sleeping, input: {} },
    hearing: { workflow: hearing, input: {} },
    'giving up': { workflow: givingUp, input: {} },
    long: { workflow: long, input: {}, killedFrom: 'commit 252' },
  };
}
