/** How much of the end of the text may be the beginning of a mark, and has to wait for what follows. */
function waiting(text: string, marks: readonly string[]): number {
  let longest = 0;
  for (const mark of marks) {
    for (let length = Math.min(mark.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(mark.slice(0, length))) longest = length;
    }
  }
  return longest;
}

/** Text up to the first of the marks, as it arrives: what may be the beginning of a mark is held back until that is clear. */
export class TextUntil {
  readonly #marks: readonly string[];
  #held = '';
  /** The mark that was met; nothing is given after it. */
  found: string | undefined;
  /** What came after the mark in the piece that had it. */
  rest = '';

  constructor(marks: readonly string[]) {
    this.#marks = marks.filter((mark) => mark !== '');
  }

  /** Takes a piece and gives what is known to come before any mark. */
  push(piece: string): string {
    if (this.found !== undefined) return '';
    const text = this.#held + piece;
    let at = -1;
    for (const mark of this.#marks) {
      const place = text.indexOf(mark);
      if (place < 0 || (at >= 0 && place >= at)) continue;
      at = place;
      this.found = mark;
    }
    if (this.found !== undefined) {
      this.#held = '';
      this.rest = text.slice(at + this.found.length);
      return text.slice(0, at);
    }
    const held = waiting(text, this.#marks);
    this.#held = text.slice(text.length - held);
    return text.slice(0, text.length - held);
  }

  /** What was held back, when nothing follows. */
  end(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }
}

const OPEN = '<think>';
const CLOSE = '</think>';

/** Tells the thoughts of a model from its answer: those that reason aloud begin with a block in think tags. */
export class ThoughtSplitter {
  readonly #thought: (text: string) => void;
  readonly #answer: (text: string) => void;
  readonly #thoughts = new TextUntil([CLOSE]);
  /** What came before it is clear how the answer begins. */
  #head = '';
  #silent = true;
  #state: 'head' | 'thoughts' | 'gap' | 'answer' = 'head';

  constructor(thought: (text: string) => void, answer: (text: string) => void) {
    this.#thought = thought;
    this.#answer = answer;
  }

  push(piece: string): void {
    let text = piece;
    if (this.#state === 'head') {
      this.#head += text;
      const start = this.#head.trimStart();
      if (OPEN.startsWith(start)) return;
      text = start.startsWith(OPEN) ? start.slice(OPEN.length) : this.#head;
      this.#state = start.startsWith(OPEN) ? 'thoughts' : 'answer';
    }
    if (this.#state === 'thoughts') {
      this.#think(this.#thoughts.push(text));
      if (this.#thoughts.found === undefined) return;
      text = this.#thoughts.rest;
      this.#state = 'gap';
    }
    if (this.#state === 'gap') {
      text = text.trimStart();
      if (text === '') return;
      this.#state = 'answer';
    }
    if (text !== '') this.#answer(text);
  }

  end(): void {
    if (this.#state === 'head' && this.#head !== '') this.#answer(this.#head);
    this.#think(this.#thoughts.end());
  }

  /** The tags stand on lines of their own. */
  #think(more: string): void {
    const text = this.#silent ? more.trimStart() : more;
    if (text === '') return;
    this.#silent = false;
    this.#thought(text);
  }
}
