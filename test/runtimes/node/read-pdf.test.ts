import * as pdfjs from 'pdfjs-dist/legacy/build/pdf.mjs';
import { expect, it } from 'vitest';
import { Memory } from '../../../src/memory/index.ts';
import { chunkDocument, parsePdf, sourceSpan } from '../../../src/memory/documents/index.ts';
import { makePdf } from '../../helpers/make-pdf.ts';
import { askWorkflow, ingestWorkflow, loadDocument } from '../../../src/rag/index.ts';

/** A PDF of one page with one line of text, written by hand. */
function pdf(text: string): Uint8Array {
  const stream = `BT /F1 24 Tf 72 700 Td (${text}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = file.length;
  file += `xref\n0 6\n0000000000 65535 f \n${offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')}`;
  return new TextEncoder().encode(`${file}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`);
}

it('a PDF is read by the reader that is handed in; a corrupt, a cut and a textless one are reported', async () => {
  const good = pdf('The lamp of Kelda burns whale oil.');
  const memory = new Memory();
  const { data } = await ingestWorkflow({ memory, load: (file, options) => loadDocument(file, { ...options, pdf: parsePdf }) }).run({ files: [
    { name: 'good.pdf', bytes: good },
    { name: 'corrupt.pdf', bytes: Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) & 255) },
    { name: 'cut.pdf', bytes: good.slice(0, 40) },
    { name: 'scan.pdf', bytes: pdf('') },
  ] });
  expect(data.documents.map(({ name }) => name)).toEqual(['good.pdf']);
  expect(data.failures.map(({ name, reason }) => [name, reason])).toEqual([['corrupt.pdf', 'corrupt'], ['cut.pdf', 'corrupt'], ['scan.pdf', 'no_text']]);
  expect(data.failures[0]?.message).toMatch(/^Cannot read 'corrupt.pdf': the PDF is damaged or protected \(Invalid PDF structure/);
  const { data: answer } = await askWorkflow({ memory }).run({ question: 'What does the lamp of Kelda burn?' });
  expect(answer.citations).toMatchObject([{ name: 'good.pdf', quote: 'The lamp of Kelda burns whale oil.' }]);
});

it('a result of a search leads to the page', async () => {
  const text = Array.from({ length: 120 }, (_, i) => (i % 10 === 9 ? '' : `Line ${i}: the keeper of tower ${i} is Keeper${i}.`)).join('\n');
  const bytes = makePdf(text, { linesPerPage: 40, title: 'Towers' });
  const pages: string[] = [];
  const document = await parsePdf(bytes, { onPage: (done, total) => pages.push(`${done}/${total}`) });
  expect([document.kind, document.title, document.pages?.length, pages]).toEqual(['pdf', 'Towers', 3, ['1/3', '2/3', '3/3']]);
  expect(bytes.length).toBeGreaterThan(0);
  const chunks = chunkDocument(document, { maxLength: 300, overlap: 0 });
  for (const { start, end, text: passage } of chunks) expect(document.source.slice(start, end)).toBe(passage);
  const memory = new Memory();
  await memory.addMany(chunks.map(({ text: passage, start, end, page }) => ({ text: passage, docId: 'towers.pdf', start, end, metadata: { page } })));
  for (const [line, page] of [[3, 1], [57, 2], [118, 3]] as const) {
    const [hit] = await memory.search(`Keeper${line}`, 1);
    expect(hit?.text).toContain(`Keeper${line}.`);
    expect(hit?.metadata).toEqual({ page });
    expect(sourceSpan(document, hit?.start ?? -1, hit?.end ?? -1).page).toBe(page);
  }
  // A wide gap between lines is a paragraph.
  expect(document.blocks.length).toBe(12);
});

it('too many pages, too much text, a missing library and an abort are typed errors', async () => {
  const bytes = makePdf(Array.from({ length: 90 }, (_, i) => `Line ${i}`).join('\n'));
  await expect(parsePdf(bytes, { maxPages: 2 })).rejects.toMatchObject({ code: 'ingest', reason: 'too_large', message: 'Cannot read the PDF: it has 3 pages, more than the 2 allowed' });
  await expect(parsePdf(bytes, { maxLength: 100 })).rejects.toMatchObject({ reason: 'too_large' });
  await expect(parsePdf(bytes.slice(0, 50))).rejects.toMatchObject({ reason: 'corrupt' });
  await expect(parsePdf(bytes, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
  const controller = new AbortController();
  await expect(parsePdf(bytes, { signal: controller.signal, onPage: () => controller.abort() })).rejects.toMatchObject({ code: 'aborted' });
  expect((await parsePdf(bytes, { lib: pdfjs })).pages).toHaveLength(3);
  await expect(loadDocument({ name: 'big.pdf', bytes }, { pdf: (pdf) => parsePdf(pdf, { maxPages: 1 }) })).rejects.toThrow("Cannot read 'big.pdf': it has 3 pages");
});
