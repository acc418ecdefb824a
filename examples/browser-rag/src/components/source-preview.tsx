import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { sanitize } from '../sanitize.ts';
import { type DemoWorker, messageOf } from '../state/worker.ts';

/** The document as its format means it, without anything that could load, run or lead away. */
export function SourcePreview({ worker, docId, name }: { readonly worker: DemoWorker; readonly docId: string; readonly name: string }): JSX.Element {
  const [html, setHtml] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    worker.call('preview', docId, { signal: controller.signal }).then((preview) => {
      if (preview === null) setProblem('This document is too long to be shown formatted.');
      else setHtml(sanitize(preview));
    }, (error: unknown) => { if (!controller.signal.aborted) setProblem(messageOf(error)); });
    return () => controller.abort();
  }, [worker, docId]);
  if (problem !== null) return <p class="meta">{problem}</p>;
  if (html === null) return <p class="meta">Formatting…</p>;
  return <div class="source-box formatted" role="region" tabIndex={0} aria-label={`${name}, formatted`} dangerouslySetInnerHTML={{ __html: html }} />;
}
