/** Number of the line an offset lies in, 1 for the first; lines end with `\n`, `\r\n` or `\r`. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = 0; i < offset; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 10 || (unit === 13 && text.charCodeAt(i + 1) !== 10)) line++;
  }
  return line;
}
