// Gzip ceilings in bytes. `entries`: everything an entry exports, bundled and minified for a browser together with its
// npm dependencies. `programs`: what a small real program costs after tree-shaking. Raising a number is a decision:
// say why in the commit message.

/** @type {Readonly<Record<string, number>>} */
export const entryBudgets = {
  '.': 60_000,
  './workflow': 14_000,
  './events': 3_000,
  './local': 4_500,
  './rag': 30_000,
  './memory': 12_288,
  './memory/documents': 9_000,
  './memory/segments': 6_000,
  './testing': 20_000,
  './browser': 8_000,
};

/** @type {ReadonlyArray<{ name: string, budget: number, source: string, forbidden: readonly RegExp[] }>} */
export const programBudgets = [
  {
    name: 'a two-step workflow',
    budget: 6 * 1024,
    source: `
      import { Workflow } from 'blazen-ts/workflow';
      const workflow = new Workflow('greet')
        .addStep('name', ['blazen::StartEvent'], (event) => ({ type: 'Named', name: event.name.trim() }))
        .addStep('greet', ['Named'], (event) => ({ type: 'blazen::StopEvent', result: 'Hello, ' + event.name }));
      console.log((await workflow.run({ name: 'Ada' })).data);
    `,
    forbidden: [/\bzod\b/i, /\bnode:[a-z]/],
  },
  {
    name: 'a typed two-step workflow',
    budget: 7 * 1024,
    source: `
      import { defineEvent, StartEvent, stop } from 'blazen-ts/events';
      import { defineWorkflow } from 'blazen-ts/workflow';
      const Named = defineEvent('Named');
      const workflow = defineWorkflow('greet')
        .step('name', [StartEvent], () => Named())
        .step('greet', [Named], (event) => stop('Hello, ' + event.type));
      console.log((await workflow.run({})).data);
    `,
    forbidden: [/\bzod\b/i, /\bnode:[a-z]/],
  },
  {
    name: 'define one event',
    budget: 2_500,
    source: `
      import { defineEvent } from 'blazen-ts/events';
      console.log(defineEvent('Ping')());
    `,
    forbidden: [/\bzod\b/i, /\bnode:[a-z]/],
  },
];
