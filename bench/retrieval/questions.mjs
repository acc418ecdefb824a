import { readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);
const LIST = new URL('test/fixtures/retrieval/questions.txt', ROOT);

const squash = (/** @type {string} */ text) => text.replaceAll(/\s+/g, ' ');

/** @typedef {{ id: string, docId: string, text: string }} Passage */
/** @typedef {{ question: string, relevant: Set<string> }} Question */

/**
 * The project's own pages as passages, and questions with the ids of the passages that answer them.
 *
 * @param {Pick<typeof import('../../src/memory/index.ts'), 'chunkDocument' | 'parseMarkdown'>} lib
 * @returns {{ passages: Passage[], questions: Question[] }}
 */
export function questionSet({ chunkDocument, parseMarkdown }) {
  /** @type {Passage[]} */
  const passages = [];
  /** @type {Question[]} */
  const questions = [];
  /** @type {Passage[]} */
  let page = [];
  let name = '';
  for (const line of readFileSync(LIST, 'utf8').split('\n')) {
    if (line.startsWith('# ')) {
      name = line.slice(2);
      const chunks = chunkDocument(parseMarkdown(readFileSync(new URL(name, ROOT), 'utf8')));
      page = chunks.map(({ text }, i) => ({ id: `${name}#${i}`, docId: name, text }));
      passages.push(...page);
    }
    const [words = '', question] = line.startsWith('//') ? [] : line.split(' | ');
    if (question === undefined) continue;
    const relevant = page.filter(({ text }) => squash(text).includes(words)).map(({ id }) => id);
    if (relevant.length === 0) throw new Error(`No passage of ${name} contains “${words}”: mend the line in ${LIST.pathname.slice(ROOT.pathname.length)}`);
    questions.push({ question, relevant: new Set(relevant) });
  }
  return { passages, questions };
}

/**
 * How well a search finds what answers the questions, each a mean from 0 to 1.
 *
 * nDCG@10 with a gain of 1 for each passage that answers (Järvelin and Kekäläinen, 2002), recall@5, and the reciprocal rank of
 * the first that answers within 10.
 *
 * @param {readonly Question[]} questions
 * @param {(question: string, limit: number) => Promise<readonly { id: string }[]>} search
 */
export async function judge(questions, search) {
  let [ndcg, recall, mrr] = [0, 0, 0];
  for (const { question, relevant } of questions) {
    const found = (await search(question, 10)).map(({ id }) => relevant.has(id));
    const gain = (/** @type {number} */ place) => 1 / Math.log2(place + 2);
    const best = Array.from({ length: Math.min(10, relevant.size) }, (_, i) => gain(i)).reduce((sum, value) => sum + value, 0);
    ndcg += found.reduce((sum, hit, i) => sum + (hit ? gain(i) : 0), 0) / best;
    recall += found.slice(0, 5).filter(Boolean).length / Math.min(5, relevant.size);
    const first = found.indexOf(true);
    mrr += first < 0 ? 0 : 1 / (first + 1);
  }
  const mean = (/** @type {number} */ sum) => sum / questions.length;
  return { ndcg: mean(ndcg), recall: mean(recall), mrr: mean(mrr) };
}
