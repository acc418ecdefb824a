import { DurableObject } from 'cloudflare:workers';
import { workflowObject } from '../../../src/platform/workers/index.ts';
import { objectWorkflows } from './object-workflows.ts';

/** An object with nothing of its own: tests borrow its storage. */
export class TestObject extends DurableObject {}

export class Runs extends workflowObject({ workflows: objectWorkflows }) {}

/** Their runs are kept for a second. */
export class ShortRuns extends workflowObject({ workflows: objectWorkflows, keepMs: 1000 }) {}

// eslint-disable-next-line import/no-default-export -- what workerd asks for
export default { fetch: () => new Response('a worker for tests') };
