// Instantiation ceilings. Each is about a tenth above what was measured; a change that passes one has made the types of a
// long program noticeably slower to check.

const times = (/** @type {number} */ count, /** @type {(index: number) => string} */ line) => Array.from({ length: count }, (_, index) => line(index)).join('\n');

/** @type {ReadonlyArray<{ name: string, ceiling: number, imports: string, source: string }>} */
export const ceilings = [
  {
    name: '200 events with a schema',
    ceiling: 110_000,
    imports: "import * as z from 'zod';\nimport { defineEvent } from '#root/src/events/index.ts';\n",
    source: times(200, (n) => `export const E${n} = defineEvent('E${n}', z.object({ n: z.number(), text: z.string() }));\nexport const v${n}: number = E${n}({ n: 1, text: '' }).n;`),
  },
];
