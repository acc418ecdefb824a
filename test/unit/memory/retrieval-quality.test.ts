import { expect, it } from 'vitest';
import { judge, questionSet } from '../../../bench/retrieval/questions.mjs';
import * as memories from '../../../src/memory/index.ts';

it('questions about this project find the passages that answer them, best by vectors and words together', async () => {
  const { passages, questions } = questionSet(memories);
  expect(questions.length).toBeGreaterThanOrEqual(300);
  const memory = new memories.Memory();
  await memory.addMany(passages);
  const by = (mode: memories.SearchMode) => judge(questions, (question, limit) => memory.search(question, { limit, mode }));
  const [hybrid, keyword, semantic] = [await by('hybrid'), await by('keyword'), await by('semantic')];
  expect(hybrid.ndcg).toBeGreaterThan(keyword.ndcg);
  expect(hybrid.ndcg).toBeGreaterThan(semantic.ndcg);
  // 0.6 when this was written; pages come and go.
  expect(hybrid.recall).toBeGreaterThan(0.5);
});
