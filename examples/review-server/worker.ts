// npx wrangler dev -c examples/review-server/wrangler.jsonc
import { createRunHandler } from 'blazen-ts/server';
import { type DurableObjectNamespace, durableObjectHost, workflowObject } from 'blazen-ts/workers';
import { review } from './review.mjs';

/** Each run lives in an object of its own. */
export class Runs extends workflowObject({ workflows: [review] }) {}

export default {
  fetch: (request: Request, env: { readonly RUNS: DurableObjectNamespace }): Promise<Response> =>
    createRunHandler({ host: durableObjectHost({ namespace: env.RUNS }), workflows: [review], onError: console.error })(request),
};
