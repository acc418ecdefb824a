import * as z from 'zod';
import { defineEvent, type EventOf } from '../../src/events/index.ts';
import type { Equal, Expect } from './equal.ts';

const Hit = defineEvent('Hit', z.object({ text: z.string(), score: z.number().default(1) }));
const Ping = defineEvent('Ping');

const hit = Hit({ text: 'found' });
export type Type = Expect<Equal<typeof hit.type, 'Hit'>>;
export type Text = Expect<Equal<typeof hit.text, string>>;
export type Score = Expect<Equal<typeof hit.data.score, number>>;
export type PingType = Expect<Equal<ReturnType<typeof Ping>['type'], 'Ping'>>;

declare const some: EventOf;
if (Hit.is(some)) hit.text satisfies typeof some.text;

// @ts-expect-error the schema asks for a text
Hit({ score: 2 });
// @ts-expect-error an event without a schema takes no data
Ping({ text: 'x' });
// @ts-expect-error the data has no such field
export const missing = hit.data.missing;
