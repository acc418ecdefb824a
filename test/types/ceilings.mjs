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
  {
    name: 'a typed workflow of 200 steps',
    ceiling: 47_000,
    imports: "import { defineEvent, StartEvent, stop } from '#root/src/events/index.ts';\nimport { defineWorkflow } from '#root/src/workflow/index.ts';\n",
    source: `${times(200, (n) => `const E${n} = defineEvent('E${n}');`)}
export const workflow = defineWorkflow('long')
  .step('first', [StartEvent], () => E0())
${times(199, (n) => `  .step('s${n}', [E${n}], () => E${n + 1}())`)}
  .step('last', [E199], () => stop('end'));
export const result: Promise<{ readonly data: string }> = workflow.run({});`,
  },
  {
    name: 'a typed workflow of 200 long steps',
    ceiling: 107_000,
    imports: "import { defineEvent, StartEvent, stop } from '#root/src/events/index.ts';\nimport { defineWorkflow, waits } from '#root/src/durable/index.ts';\n",
    source: `${times(200, (n) => `const E${n} = defineEvent('E${n}');\nconst R${n} = defineEvent('R${n}');`)}
export const workflow = defineWorkflow('long')
  .step('first', [StartEvent], () => E0())
${times(199, (n) => `  .step('s${n}', [E${n}], async (_event, context) => { await context.waitFor(R${n}); await context.run('r', () => ${n}); return E${n + 1}(); }, waits(R${n}))`)}
  .step('last', [E199], () => stop('end'));
export const result: Promise<{ readonly data: string }> = workflow.run({});`,
  },
  {
    name: '50 tools with a schema, and an agent that has them',
    ceiling: 29_500,
    imports: "import * as z from 'zod';\nimport { defineTool, runAgent } from '#root/src/agent/index.ts';\nimport { openai } from '#root/src/providers/openai.ts';\n",
    source: `${times(50, (n) => `const t${n} = defineTool('tool${n}', z.object({ city: z.string(), days: z.number().optional(), kind: z.enum(['a', 'b']), list: z.array(z.object({ x: z.number() })), n${n}: z.boolean() }), (args) => args.city.length + (args.days ?? 0) + Number(args.n${n}));`)}
export const result = runAgent(openai(), [], [${times(50, (n) => `t${n}`).replaceAll('\n', ', ')}]);`,
  },
];
