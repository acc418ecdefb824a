// Runs that are in the middle of everything a snapshot can tell, for tests that damage, keep or move snapshots.
import { collect, elsewhere, limit, ParallelStage, PipelineBuilder, SerializableRef, Stage, Workflow, type Pipeline } from '../../src/index.ts';
import type { Clock } from '../../src/base/clock.ts';

const START = 'blazen::StartEvent';

/** A clock that stands still and whose timers never fire. */
export const still: Clock = { now: () => 1_795_000_000_000, after: () => 0, cancel: () => undefined };

/** `here`: this runtime has the step `away` too. `held`: the step `work` waits for it in its middle. */
export interface SampleOptions {
  readonly here: boolean;
  readonly held?: Promise<void>;
}

/** State of every kind, fan-out and fan-in, a limit, a question, a step of another runtime. */
export function sample({ here, held }: SampleOptions): Workflow {
  return new Workflow('sample', { timeoutMs: 60_000 }).setSessionPausePolicy('pickle_or_serialize')
    .addStep('start', [START], (event, context) => {
      context.set('topic', event['topic'] as string);
      context.set('sum', 0);
      context.set('odd', new Map<string, never>([['big', 2n ** 80n as never], ['when', new Date(5) as never], ['bytes', new Uint8Array([1, 2, 255]) as never], ['set', new Set([-0, undefined]) as never]]));
      context.session.set('handle', new SerializableRef('app::Handle', new Uint8Array([7])));
      context.writeEventToStream({ type: 'Planned', at: new Date(7) });
      return [
        { type: 'blazen::InputRequestEvent', request_id: 'ok', prompt: 'Go on?' }, { type: 'Away', n: 1 }, { type: 'Unknown' },
        ...[1, 2, 3].map((n) => ({ type: 'Work', n })), { type: 'Part', n: 0 },
      ];
    })
    .addStep('work', ['Work'], async (event, context) => {
      const n = event['n'] as number;
      context.update('sum', (sum) => (sum as number) + n);
      context.sendEvent({ type: 'Part', n });
      await held;
      context.writeEventToStream({ type: 'Half', n, seen: context.get('sum') });
      context.update('sum', (sum) => (sum as number) + 10 * n);
      return { type: 'Worked', n };
    }, limit(2))
    .addStep('join', ['Worked'], (event) => ({ type: 'Joined', n: (event['events'] as unknown[]).length }), collect(3))
    .addStep('parts', ['Part'], (event) => ({ type: 'Gathered', n: (event['events'] as unknown[]).length }), collect(4))
    .addStep('away', ['Away'], (event) => ({ type: 'Left', n: event['n'] }), ...(here ? [] : [elsewhere()]))
    .addStep('answer', ['blazen::InputResponseEvent'], (event, context) => {
      context.set('answer', event['response'] as string);
      return { type: 'Answered' };
    })
    .addStep('end', ['Joined', 'Gathered', 'Left', 'Answered'], (event, context) => ({
      type: 'blazen::StopEvent',
      result: [context.get('topic'), context.get('sum'), context.get('answer'), (event['events'] as { n?: unknown }[]).map(({ n }) => n), context.get('odd')],
    }), collect(1));
}

/** What every one of these runs ends with when it is answered `yes`. */
export const SAMPLE_RESULT: unknown = [
  'tides', 66, 'yes', [3, 4, 1, undefined],
  new Map<string, unknown>([['big', 2n ** 80n], ['when', new Date(5)], ['bytes', new Uint8Array([1, 2, 255])], ['set', new Set([-0, undefined])]]),
];

export const RUN_ID = '0b7c9a6e-52a1-4c7e-9c3e-7b0f3a5d1e11';

type Handler = Awaited<ReturnType<Workflow['runWithHandler']>>;

/** A sample that waits: for its question, and for the runtime that has `away`. */
export async function waiting(): Promise<Handler> {
  const handler = await sample({ here: false }).runWithHandler({ topic: 'tides' }, { runId: RUN_ID, clock: still });
  await handler.resting();
  return handler;
}

/** A sample with two executions in their middle and a third held back by the limit. */
export async function inTheMiddle(): Promise<Handler> {
  const handler = await sample({ here: false, held: new Promise(() => undefined) }).runWithHandler({ topic: 'tides' }, { runId: RUN_ID, clock: still });
  for (let i = 0; i < 50; i++) await Promise.resolve();
  return handler;
}

/** A sample that was paused while two executions were in flight: what they emitted is queued. */
export async function paused(): Promise<Handler> {
  let release!: () => void;
  const held = new Promise<void>((resolve) => { release = resolve; });
  const handler = await sample({ here: false, held }).runWithHandler({ topic: 'tides' }, { runId: RUN_ID, clock: still });
  for (let i = 0; i < 50; i++) await Promise.resolve();
  const pausing = handler.pause();
  release();
  await pausing;
  return handler;
}

/** Stages with a value, a mapper, a condition, branches that are done, that wait and that are skipped. */
export function samplePipeline({ here }: SampleOptions): Pipeline {
  return new PipelineBuilder('staged')
    .stage(new Stage('first', (input: { topic: string }) => ({ topic: input.topic, day: 9 })))
    .parallel(new ParallelStage('both', [
      new Stage('asks', sample({ here }), (state) => ({ topic: (state['first'] as { topic: string }).topic })),
      new Stage('quick', () => 'done'),
      new Stage('off', () => 0, null, () => false),
    ]))
    .stage(new Stage('last', (both: { asks: unknown[]; quick: string }) => [both.asks[0], both.asks[2], both.quick]))
    .build();
}

export const PIPELINE_RESULT: unknown = ['tides', 'yes', 'done'];

export async function waitingPipeline(): Promise<Awaited<ReturnType<Pipeline['start']>>> {
  const handler = await samplePipeline({ here: false }).start({ topic: 'tides' }, { runId: RUN_ID, clock: still });
  await handler.resting();
  return handler;
}
