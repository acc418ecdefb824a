/** How a PDF of `makePdf` looks. */
export interface PdfOptions {
  /** Lines per page. Default 40. */
  readonly linesPerPage?: number;
  /** Title in the document's information. */
  readonly title?: string;
}

/** Characters of WinAnsiEncoding outside of Latin-1 that our texts use. */
const WIN_ANSI: Readonly<Record<string, number>> = { '—': 0x97, '–': 0x96, '“': 0x93, '”': 0x94, '‘': 0x91, '’': 0x92, '…': 0x85, '•': 0x95 };

/** A PDF that shows the text, line by line, in Helvetica; a blank line makes a gap, as in a printed document. */
export function makePdf(text: string, { linesPerPage = 40, title }: PdfOptions = {}): Uint8Array {
  const lines = text.replaceAll('\r\n', '\n').split('\n').flatMap(wrap);
  const pages: string[][] = [];
  for (let from = 0; from < lines.length; from += linesPerPage) pages.push(lines.slice(from, from + linesPerPage));

  // Objects 1 to 3: catalogue, page tree, font; then a page and its content in turn; the information comes last.
  const kids = pages.map((_page, index) => `${4 + index * 2} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    ...pages.flatMap((page, index) => {
      const content = `BT /F1 11 Tf 14 TL 56 780 Td\n${page.map((line) => (line === '' ? 'T*' : `(${escape(line)}) Tj T*`)).join('\n')}\nET`;
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
        `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      ];
    }),
    ...(title === undefined ? [] : [`<< /Title (${escape(title)}) >>`]),
  ];

  let body = '%PDF-1.4\n';
  const offsets: number[] = [];
  objects.forEach((object, index) => {
    offsets.push(body.length);
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const info = title === undefined ? '' : ` /Info ${objects.length} 0 R`;
  const start = body.length;
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`;
  body += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R${info} >>\nstartxref\n${start}\n%%EOF\n`;
  return Uint8Array.from(body, (character) => character.charCodeAt(0));
}

/** Bytes of the font's encoding, one character each. */
function escape(line: string): string {
  return Array.from(line, (character) => {
    const code = WIN_ANSI[character] ?? character.charCodeAt(0);
    if (code > 255) throw new Error(`The test's PDF font has no '${character}'`);
    return character === '(' || character === ')' || character === '\\' ? `\\${character}` : String.fromCharCode(code);
  }).join('');
}

/** Lines of at most 90 characters, which fit the page. */
function wrap(line: string): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > 90) {
    const cut = rest.lastIndexOf(' ', 90);
    const at = cut <= 0 ? 90 : cut;
    lines.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  return [...lines, rest];
}
