import { DurableObject } from 'cloudflare:workers';

/** An object with nothing of its own: tests borrow its storage. */
export class TestObject extends DurableObject {}

// eslint-disable-next-line import/no-default-export -- what workerd asks for
export default { fetch: () => new Response('a worker for tests') };
