import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SourceWindow } from '../protocol.ts';
import { type DemoWorker, messageOf } from '../state/worker.ts';
import { SourcePreview } from './source-preview.tsx';
import { SourceText } from './source-text.tsx';

/** A quoted span of a document, and the answer that quotes it. */
export interface SourcePlace {
  readonly docId: string;
  readonly name: string;
  readonly number: number;
  /** Span in the document's text, UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly turn: number;
}

/** The part of a document that is asked for. */
interface Wanted { readonly docId: string; readonly at: number; readonly from: number; readonly to: number }

/** Text shown before and after the span at first, and added by each "Show more". */
const AROUND = 6000;
/** Narrower than this, the pane covers the page; keep in step with layout.css. */
const COVERS = '(max-width: 64rem)';

/** The source of a citation, with the quoted span highlighted. Escape closes it. */
export function SourcePane({ worker, place, onClose }: {
  readonly worker: DemoWorker; readonly place: SourcePlace; readonly onClose: () => void;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const [source, setSource] = useState<SourceWindow | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [formatted, setFormatted] = useState(false);
  const { docId, start, end } = place;

  useEffect(() => {
    const element = dialog.current;
    if (element === null || element.open) return;
    if (matchMedia(COVERS).matches) element.showModal();
    else element.show();
  }, []);
  useEffect(() => {
    const controller = new AbortController();
    setSource(null);
    setProblem(null);
    setFormatted(false);
    title.current?.focus();
    load(worker, { docId, at: start, from: start - AROUND, to: end + AROUND }, controller.signal)
      .then(setSource, (error: unknown) => { if (!controller.signal.aborted) setProblem(messageOf(error)); });
    return () => controller.abort();
  }, [worker, docId, start, end]);

  // First the dialog, then its opener: while it is open over the page, nothing else can take the focus.
  const close = (): void => {
    dialog.current?.close();
    onClose();
  };
  const more = (from: number, to: number): void => {
    load(worker, { docId, at: start, from, to }).then(setSource, (error: unknown) => setProblem(messageOf(error)));
  };
  const canFormat = source?.kind === 'markdown' || source?.kind === 'html';
  return (
    <dialog
      ref={dialog} class="source" aria-labelledby="source-title"
      onCancel={(event) => { event.preventDefault(); close(); }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        close();
      }}
    >
      <div class="panel-head">
        <h2 id="source-title" ref={title} tabIndex={-1}><span class="mark">[{place.number}]</span> {place.name}</h2>
        <button type="button" class="icon" aria-label="Close the source" title="Close" onClick={close}>×</button>
      </div>
      {problem !== null && <p class="problem" role="alert">{problem}</p>}
      {source !== null && (
        <>
          <p class="meta">
            {source.page !== null && `Page ${source.page}, `}characters {start.toLocaleString('en')} to {end.toLocaleString('en')} of {source.length.toLocaleString('en')}
          </p>
          {canFormat && (
            <div class="views" role="group" aria-label="How the source is shown">
              <button type="button" class="button small" aria-pressed={!formatted} onClick={() => setFormatted(false)}>Exact text</button>
              <button type="button" class="button small" aria-pressed={formatted} onClick={() => setFormatted(true)}>Formatted</button>
            </div>
          )}
          {formatted
            ? <SourcePreview worker={worker} docId={docId} name={source.name} />
            : <SourceText source={source} start={start} end={end} onMore={more} step={AROUND} />}
        </>
      )}
    </dialog>
  );
}

async function load(worker: DemoWorker, wanted: Wanted, signal?: AbortSignal): Promise<SourceWindow> {
  const source = await worker.call('source', wanted, signal === undefined ? {} : { signal });
  if (source === null) throw new Error('This document is no longer in the library.');
  return source;
}
