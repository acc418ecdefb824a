import { maxLines, reasonAbove } from './law.ts';
import type { Sources } from './read-sources.ts';

/** Files that are too long, long without a reason, or listed with a reason they no longer need. */
export function checkSize(sources: Sources, reasons: Readonly<Record<string, string>>): string[] {
  const problems: string[] = [];
  for (const [file, source] of Object.entries(sources)) {
    const lines = source.split('\n').length - (source.endsWith('\n') ? 1 : 0);
    if (lines > maxLines) problems.push(`${file}: ${lines} lines, more than ${maxLines}`);
    else if (lines > reasonAbove && !reasons[file]) problems.push(`${file}: ${lines} lines and no reason in allowed-long-files.ts`);
    else if (lines <= reasonAbove && file in reasons) problems.push(`${file}: ${lines} lines need no reason any more`);
  }
  for (const file of Object.keys(reasons)) if (!(file in sources)) problems.push(`${file}: a reason for a file that is gone`);
  return problems;
}
