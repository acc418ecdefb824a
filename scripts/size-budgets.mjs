// Gzip ceilings in bytes. `entries`: everything an entry exports, bundled and minified for a browser together with its
// npm dependencies. `programs`: what a small real program costs after tree-shaking. Raising a number is a decision:
// say why in the commit message.

/** @type {Readonly<Record<string, number>>} */
export const entryBudgets = {
  '.': 60_000,
  './events': 3_000,
  './memory': 24_000,
};

/** @type {ReadonlyArray<{ name: string, budget: number, source: string, forbidden: readonly RegExp[] }>} */
export const programBudgets = [
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
