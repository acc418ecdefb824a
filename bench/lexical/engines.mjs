// Keyword search by its public API, with the defaults of each: build an index of documents, search it, give ids.
import * as orama from '@orama/orama';
import MiniSearch from 'minisearch';
import { entry } from '../engine/entry.mjs';

const { Memory } = await import(entry('./memory'));

/** @type {Record<string, { label: string, options: readonly string[], build(documents): unknown, search(index, query, options): unknown }>} */
export const engines = {
  ours: {
    label: 'blazen-ts',
    options: ['exact', 'prefix', 'fuzzy'],
    async build(documents) {
      const memory = Memory.local();
      await memory.addMany(documents, { batchSize: 1000 });
      return memory;
    },
    search: async (memory, query, options) => (await memory.searchLocal(query, { limit: 10, ...options })).map(({ id }) => id),
  },
  minisearch: {
    label: 'minisearch 7.2.0',
    options: ['exact', 'prefix', 'fuzzy'],
    build(documents) {
      const index = new MiniSearch({ fields: ['text'] });
      index.addAll(documents);
      return index;
    },
    search: (index, query, options) => index.search(query, options).slice(0, 10).map(({ id }) => id),
  },
  orama: {
    label: '@orama/orama 3.1.18',
    options: ['exact'],
    async build(documents) {
      const index = orama.create({ schema: { text: 'string' } });
      await orama.insertMultiple(index, documents.map(({ id, text }) => ({ id, text })), 1000);
      return index;
    },
    search: async (index, query) => (await orama.search(index, { term: query, limit: 10 })).hits.map(({ id }) => id),
  },
};

/** How the words of a query are spoilt, and what an engine is told so that it finds them anyway. */
export const modes = {
  exact: { spoil: (word) => word, options: {} },
  prefix: { spoil: (word) => word.slice(0, Math.max(3, word.length - 2)), options: { prefix: true } },
  fuzzy: { spoil: (word) => word.slice(0, 2) + word.slice(3), options: { fuzzy: 0.2 } },
};
