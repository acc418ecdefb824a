// Documents with facts that nobody can know beforehand, and the questions they answer. Portable: no host API.

/** A question whose answer stands in exactly one document. */
export interface RandomQuestion {
  readonly question: string;
  /** The span that answers it must contain this, word for word. */
  readonly fact: string;
  /** Name of the document it stands in. */
  readonly file: string;
}

/** Generated documents and what can be asked about them. */
export interface RandomDocuments {
  /** Give it to `randomDocuments` to get the same again; tests print it. */
  readonly seed: number;
  /** One markdown, one HTML and one plain text document, in this order; more in the same rotation. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly questions: readonly RandomQuestion[];
  /** Asks about a name that occurs nowhere. */
  readonly unanswerable: string;
}

type Format = 'md' | 'html' | 'txt';

interface Fact {
  readonly question: string;
  readonly sentence: string;
  readonly fact: string;
}

/** How a fact stands in a document. */
type Place = 'sentence' | 'list' | 'table' | 'definition';

const START = ['Bel', 'Cor', 'Dra', 'El', 'Fen', 'Gal', 'Hes', 'Il', 'Jor', 'Kel', 'Lun', 'Mar', 'Nor', 'Or', 'Pel', 'Quin', 'Ros', 'Sel', 'Tor', 'Ul', 'Vel', 'Wen', 'Xan', 'Yor', 'Zem'];
const MIDDLE = ['a', 'e', 'i', 'o', 'u', 'anda', 'ero', 'ivo', 'oma', 'uri', 'esta', 'ilo'];
const END = ['bria', 'dell', 'fort', 'grad', 'heim', 'ka', 'lith', 'mora', 'nox', 'quist', 'rath', 'stead', 'thal', 'vane', 'wick', 'zar'];
const FILLER = [
  'Visitors usually arrive in the early morning, when the light is soft and the paths are empty.',
  'Several older reports disagree about the details, and none of them has been confirmed.',
  'The surrounding valley is known for its orchards, its narrow bridges and its long winters.',
  'Most of the work was done by volunteers, who met every second week in a borrowed hall.',
  'A small exhibition explains how the measurements were taken and why they were repeated.',
  'Nothing in the archive suggests that the plan was ever meant to be temporary.',
  'The café at the corner closes early; bring your own provisions if you stay longer.',
  'Maps from different decades use different spellings, which has confused more than one traveller.',
  'It rains often — sometimes for days — and the drains were rebuilt accordingly.',
  'Critics called the design plain. Its defenders replied that plainness was the point.',
];
const COLOURS = ['crimson', 'teal', 'amber', 'violet', 'ochre', 'indigo', 'ivory', 'scarlet'];
const GOODS = ['lanterns', 'violins', 'barometers', 'saddles', 'porcelain', 'compasses', 'clocks', 'telescopes'];

/** Numbers between 0 and 1 that depend on the seed alone. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A seed that differs from run to run. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 0xffffffff);
}

/**
 * Make documents with random facts.
 *
 * @param seed decides everything. @param count documents, at least 1.
 */
export function randomDocuments(seed: number, count = 3): RandomDocuments {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const number = (from: number, to: number): number => from + Math.floor(random() * (to - from));
  const used = new Set<string>();
  const name = (): string => {
    for (;;) {
      const made = pick(START) + pick(MIDDLE) + pick(END);
      if (used.has(made)) continue;
      used.add(made);
      return made;
    }
  };

  const makeFact = (): Fact => {
    const thing = name();
    const place = name();
    const person = `${name()} ${name()}`;
    const year = String(number(1402, 1999));
    const height = `${number(12, 98)}.${number(1, 9)} metres`;
    const colour = `${pick(COLOURS)} and ${pick(COLOURS)}`;
    const goods = `${number(31, 990)} ${pick(GOODS)}`;
    return pick<() => Fact>([
      () => ({ question: `When was the ${thing} lighthouse built?`, sentence: `The ${thing} lighthouse was built in ${year}.`, fact: year }),
      () => ({ question: `How tall is the ${thing} tower?`, sentence: `At ${height}, the ${thing} tower is the tallest in its region.`, fact: height }),
      () => ({ question: `Who designed the ${thing} bridge?`, sentence: `The ${thing} bridge was designed by ${person}, against all advice.`, fact: person }),
      () => ({ question: `What are the colours of the flag of ${place}?`, sentence: `The flag of ${place} shows the colours ${colour}.`, fact: colour }),
      () => ({ question: `What did the harbour of ${place} export in its best year?`, sentence: `In its best year the harbour of ${place} exported ${goods}.`, fact: goods }),
      () => ({ question: `What is the access code of the ${thing} vault?`, sentence: `The access code of the ${thing} vault is ${year}-${number(100, 999)}-K.`, fact: `${year}-` }),
    ])();
  };

  const filler = (): string => Array.from({ length: number(2, 6) }, () => pick(FILLER)).join(' ');
  const files: { name: string; text: string }[] = [];
  const questions: RandomQuestion[] = [];
  for (let index = 0; index < count; index++) {
    const format = (['md', 'html', 'txt'] as const)[index % 3] as Format;
    const file = `${name().toLowerCase()}.${format}`;
    const sections: { title: string; facts: { fact: Fact; place: Place }[]; before: string; after: string }[] = [];
    for (let section = number(3, 6); section > 0; section--) {
      const facts = Array.from({ length: number(1, 4) }, () => ({ fact: makeFact(), place: pick<Place>(['sentence', 'sentence', 'list', 'table', 'definition']) }));
      sections.push({ title: `Notes on ${name()}`, facts, before: filler(), after: filler() });
      for (const { fact } of facts) questions.push({ question: fact.question, fact: fact.fact, file });
    }
    files.push({ name: file, text: write(format, `Field report ${name()}`, sections, random) });
  }
  return { seed, files, questions, unanswerable: `Which instruments does ${name()} ${name()} play?` };
}

function write(
  format: Format, title: string, sections: readonly { title: string; facts: readonly { fact: Fact; place: Place }[]; before: string; after: string }[],
  random: () => number,
): string {
  const newline = random() < 0.2 ? '\r\n' : '\n';
  const html = format === 'html';
  const escape = (text: string): string => html ? text.replaceAll('—', '&mdash;').replaceAll('é', '&#233;') : text;
  const paragraph = (text: string): string => html ? `<p>${escape(text)}</p>` : wrap(text, random() < 0.5 ? 76 : Infinity).replaceAll('\n', newline);
  const heading = (level: number, text: string): string =>
    html ? `<h${level}>${text}</h${level}>` : format === 'md' ? `${'#'.repeat(level)} ${text}` : `${text.toUpperCase()}${newline}${'='.repeat(text.length)}`;
  const blocks = [heading(1, title)];
  for (const section of sections) {
    blocks.push(heading(2, section.title), paragraph(section.before));
    for (const { fact, place } of section.facts) {
      if (place === 'list') {
        const items = ['First impressions vary.', fact.sentence, 'Weather decides the rest.'];
        blocks.push(html ? `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>` : items.map((item) => `- ${item}`).join(newline));
      } else if (place === 'table' && format !== 'txt') {
        blocks.push(html ? `<table><tr><th>Note</th></tr><tr><td>${fact.sentence}</td></tr></table>` : ['| Note |', '| --- |', `| ${fact.sentence} |`].join(newline));
      } else if (place === 'definition') {
        blocks.push(paragraph(`${fact.sentence} That much is certain.`));
      } else {
        blocks.push(paragraph(`${section.after} ${fact.sentence} ${section.before}`));
      }
    }
    blocks.push(paragraph(section.after));
  }
  const body = blocks.join(newline + newline);
  return html ? `<!doctype html><html><head><title>${title}</title><style>p { color: red }</style></head><body>${body}</body></html>` : body + newline;
}

function wrap(text: string, width: number): string {
  let line = '';
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length >= width) {
      lines.push(line);
      line = word;
    } else line += (line === '' ? '' : ' ') + word;
  }
  return [...lines, line].join('\n');
}
