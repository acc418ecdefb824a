import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { expect, it } from 'vitest';
import { Memory } from '../../../src/memory/index.ts';
import { parseText } from '../../../src/memory/documents/index.ts';
import { askWorkflow, ingestWorkflow, loadDocument, type RagDocument } from '../../../src/rag/index.ts';

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

async function readPdf(bytes: Uint8Array): Promise<RagDocument> {
  const document = await getDocument({ data: bytes.slice(), isEvalSupported: false, verbosity: 0 }).promise;
  const pages: number[] = [];
  let text = '';
  for (let number = 1; number <= document.numPages; number++) {
    const { items } = await (await document.getPage(number)).getTextContent();
    pages.push(text.length);
    text += `${items.map((item) => 'str' in item ? item.str : '').join(' ')}\n\n`;
  }
  await document.destroy();
  return { ...parseText(text), pages };
}

it('a PDF is read by the reader that is handed in; a corrupt, a cut and a textless one are reported', async () => {
  const good = pdf('The lamp of Kelda burns whale oil.');
  const memory = new Memory();
  const { data } = await ingestWorkflow({ memory, load: (file, options) => loadDocument(file, { ...options, pdf: readPdf }) }).run({ files: [
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
