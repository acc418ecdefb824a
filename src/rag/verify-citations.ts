import type { Quotation } from './extract-answer.ts';

/** A citation that does not hold. */
export interface CitationProblem<Cited extends Quotation = Quotation> {
  readonly citation: Cited;
  /** The document is unknown, the span lies outside of it, or other words stand there. */
  readonly reason: 'no document' | 'out of range' | 'other text';
}

/** Citations that hold, and those that do not. */
export interface VerifiedCitations<Cited extends Quotation = Quotation> {
  readonly valid: readonly Cited[];
  readonly problems: readonly CitationProblem<Cited>[];
}

/**
 * Check that every quote stands in its document exactly where the citation says, whoever wrote the citation.
 *
 * @param getText the text of a document, or null when there is none.
 */
export async function verifyCitations<Cited extends Quotation>(
  citations: readonly Cited[], getText: (docId: string) => string | null | undefined | Promise<string | null | undefined>,
): Promise<VerifiedCitations<Cited>> {
  const valid: Cited[] = [];
  const problems: CitationProblem<Cited>[] = [];
  for (const citation of citations) {
    const { docId, start, end, quote } = citation;
    const text = await getText(docId);
    const inside = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start < end && end <= (text?.length ?? 0);
    if (text === null || text === undefined) problems.push({ citation, reason: 'no document' });
    else if (!inside) problems.push({ citation, reason: 'out of range' });
    else if (text.slice(start, end) !== quote) problems.push({ citation, reason: 'other text' });
    else valid.push(citation);
  }
  return { valid, problems };
}
