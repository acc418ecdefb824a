// Takes in a folder of mixed files (markdown, HTML, CSV, JSON, code, PDF), searches it, and shows where each answer stands
// in its file.
//
//   node examples/folder/main.mjs                          the files of this example, with a PDF made on the spot
//   node examples/folder/main.mjs "what to find" FOLDER    your own files
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Memory } from 'blazen-ts/memory';
import { chunkCode, chunkDocument, parsePdf, sourceSpan } from 'blazen-ts/memory/documents';
import { ingestWorkflow, loadDocument } from 'blazen-ts/rag';

/** Files in, a search out that shows places. */
async function takeIn(/** @type {{ name: string, bytes: Uint8Array }[]} */ files) {
  const memory = new Memory();
  /** @type {Map<string, import('blazen-ts/memory').SourceDocument>} */
  const documents = new Map();
  const { data } = await ingestWorkflow({
    memory,
    load: (file, options) => loadDocument(file, { ...options, pdf: parsePdf }),
    chunk: (document) => (document.kind === 'code' ? chunkCode(document) : chunkDocument(document)),
    onDocument: (document, { docId }) => { documents.set(docId, document); },
  }).run({ files });
  for (const { message } of data.failures) console.error(message);
  return async (/** @type {string} */ query) => {
    const [hit] = await memory.search(query, 1);
    const document = documents.get(hit?.docId ?? '');
    if (hit === undefined || document === undefined) return null;
    const { start, end, page } = sourceSpan(document, hit.start ?? 0, hit.end ?? 0);
    return { file: hit.docId, start, end, page, source: document.source.slice(start, end) };
  };
}

const [query, folder = fileURLToPath(new URL('files/', import.meta.url))] = process.argv.slice(2);
const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name);
const files = await Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
const print = (/** @type {NonNullable<Awaited<ReturnType<Awaited<ReturnType<typeof takeIn>>>>>} */ place) => {
  console.log(`${place.file}${place.page === undefined ? '' : `, page ${place.page}`}, ${place.start}-${place.end}\n${place.source.replaceAll(/^/gm, '  | ')}\n`);
};

if (query !== undefined) {
  const place = await (await takeIn(files))(query);
  if (place === null) console.log('Nothing found');
  else print(place);
} else {
  const search = await takeIn([...files, { name: 'report.pdf', bytes: pdf(['In 1871 a storm broke its window.', 'The tower was painted white.']) }]);
  const expected = [
    ['When do ferries leave?', 'harbour.md', undefined, /Ferries leave at noon/],
    ['What does the lamp of Kelda burn?', 'lamp.html', undefined, /<b>whale oil<\/b> &mdash; three litres/],
    ['Who is the keeper Muir?', 'keepers.csv', undefined, /"Ada ""A"" Muir",Kelda,1804/],
    ['Reaper ships port', 'ships.json', undefined, /"name": "Reaper", "port": "Anstruther"/],
    ['turns per minute of the beacon', 'beacon.ts', undefined, /turnsPerMinute/],
    ['What did the storm of 1871 break?', 'report.pdf', 1, /In 1871 a storm broke its window/],
  ];
  for (const [question, file, page, source] of /** @type {[string, string, number | undefined, RegExp][]} */ (expected)) {
    const place = await search(question);
    assert.equal(place?.file, file);
    assert.equal(place.page, page);
    assert.match(place.source, source);
    // What is shown is what stands in the file.
    const bytes = files.find(({ name }) => name === file)?.bytes;
    if (bytes !== undefined) assert.equal(new TextDecoder().decode(bytes).slice(place.start, place.end), place.source);
    print(place);
  }
  console.log(`${expected.length} questions, each answered from its place in its file`);
}

/** A PDF with a line on each page. */
function pdf(/** @type {string[]} */ lines) {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>', `<< /Type /Pages /Kids [${lines.map((_, at) => `${4 + 2 * at} 0 R`).join(' ')}] /Count ${lines.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>', ...lines.flatMap((line, at) => {
      const content = `BT /F1 14 Tf 72 700 Td (${line}) Tj ET`;
      return [`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * at} 0 R >>`,
        `<< /Length ${content.length} >>\nstream\n${content}\nendstream`];
    })];
  let body = '%PDF-1.4\n';
  const table = objects.map((object, at) => {
    const offset = String(body.length).padStart(10, '0');
    body += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return `${offset} 00000 n \n`;
  });
  return new TextEncoder().encode(`${body}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table.join('')}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`);
}
