import { collect, type Context, Workflow } from '../../../src/index.ts';

/** Effects of one run outside, once each. */
export const EFFECTS = ['plan', 'fetch 0', 'fetch 1', 'fetch 2', 'review', 'finish'] as const;
/** What one run shows. */
export const STREAM = ['Fetch', 'Fetch', 'Fetch', 'Fetched', 'Fetched', 'Fetched', 'Planned', 'blazen::InputRequestEvent', 'blazen::InputResponseEvent'] as const;
/** What one run gives. */
export const RESULT = { sum: 5, answer: 'yes' } as const;

/** Plan, three fetches at once, their sum, a human, the end. */
export function order(effect: (context: Context, label: string) => void): Workflow {
  return new Workflow('order')
    .addStep('plan', ['blazen::StartEvent'], (_event, context) => {
      effect(context, 'plan');
      context.writeEventToStream({ type: 'Planned' });
      return [0, 1, 2].map((i) => ({ type: 'Fetch', i }));
    })
    .addStep('fetch', ['Fetch'], async (event, context) => {
      const i = event['i'] as number;
      await new Promise((resolve) => { setTimeout(resolve, i); });
      effect(context, `fetch ${i}`);
      context.update('sum', (sum) => (sum as number ?? 0) + i * i);
      return { type: 'Fetched' };
    })
    .addStep('review', ['Fetched'], (_event, context) => {
      effect(context, 'review');
      return { type: 'blazen::InputRequestEvent', request_id: 'approve', prompt: 'Approve?' };
    }, collect(3))
    .addStep('finish', ['blazen::InputResponseEvent'], (event, context) => {
      effect(context, 'finish');
      return { type: 'blazen::StopEvent', result: { sum: context.get('sum'), answer: event['response'] } };
    });
}
