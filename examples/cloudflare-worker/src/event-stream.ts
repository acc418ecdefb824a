import type { WorkflowHandler } from 'blazen-ts/workflow';
import { describeError } from './http-error.ts';

/**
 * The events of a run as server-sent events, each with its number in the stream as `id`, then `result` or `error`.
 *
 * @param after the number of the last event the client has. A client that leaves does not stop the run.
 */
export function eventStream(run: WorkflowHandler, after: number, headers: Record<string, string>): Response {
  const events = run.events({ from: after + 1 });
  const encoder = new TextEncoder();
  const message = (type: string, data: unknown, id?: number): Uint8Array =>
    encoder.encode(`${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await events.next();
      if (done !== true) {
        controller.enqueue(message(value.type, value, events.seq));
        return;
      }
      try {
        controller.enqueue(message('result', (await run.result()).data));
      } catch (error) {
        const { code, message: text } = describeError(error);
        controller.enqueue(message('error', { code, message: text }));
      }
      controller.close();
    },
    async cancel() {
      await events.return?.();
    },
  });
  return new Response(body, { headers: { ...headers, 'content-type': 'text/event-stream', 'cache-control': 'no-store' } });
}
