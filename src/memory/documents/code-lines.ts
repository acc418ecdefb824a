import { isSpace, nextLine } from '../chunk/characters.ts';

/** A line of code with something in it. */
export interface CodeLine {
  readonly start: number;
  readonly end: number;
  /** Columns before its first character. */
  readonly indent: number;
  /** It begins something of its own: after a blank line, or after a body that is over. */
  readonly begins: boolean;
  /** A body follows, further in or in braces. */
  readonly opens: boolean;
}

const TAB = 4;
/** Ends what is open, or goes on with it. */
const CONTINUES = /^(?:[\])}]|<\/|(?:else|elif|elsif|except|finally|catch|rescue|end|fi|done|esac)\b)/;
const LONGEST_WORD = 16;

/** The lines of a program that are not blank, in whatever language: read by blank lines, indentation and brackets alone. */
export function codeLines(text: string): CodeLine[] {
  const lines: { start: number; end: number; indent: number; begins: boolean; opens: boolean; continues: boolean }[] = [];
  let blank = true;
  for (let start = 0; start < text.length;) {
    const end = nextLine(text, start);
    let [at, indent] = [start, 0];
    for (; at < end && isSpace(text.charCodeAt(at)); at++) indent += text.charCodeAt(at) === 9 ? TAB - (indent % TAB) : 1;
    if (at < end) {
      const before = lines.at(-1);
      if (before !== undefined) before.opens = indent > before.indent || text[at] === '{';
      const over = before !== undefined && (before.indent > indent || (before.indent === indent && before.continues));
      const continues = CONTINUES.test(text.slice(at, Math.min(end, at + LONGEST_WORD)));
      lines.push({ start, end, indent, begins: !continues && (blank || over), opens: false, continues });
    }
    blank = at === end;
    start = end;
  }
  return lines;
}
