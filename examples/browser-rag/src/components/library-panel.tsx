import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { DocumentRow } from '../protocol.ts';
import { isSettled, type LibraryState } from '../state/use-library.ts';
import { FileRow } from './file-row.tsx';

/** The documents, and the files on their way in. */
export function LibraryPanel({ library, picker }: { readonly library: LibraryState; readonly picker: ComponentChildren }): JSX.Element {
  const { documents, files, busy } = library;
  const settled = files.filter(isSettled).length;
  const rows = documents ?? [];
  return (
    <section class="library" aria-labelledby="library-title">
      <div class="panel-head">
        <h2 id="library-title">Documents</h2>
        {picker}
      </div>
      {files.length > 0 && (
        <section class="intake" aria-label="Files being read">
          <div class="panel-head">
            <h3>{busy ? `Reading ${Math.min(settled + 1, files.length)} of ${files.length}` : 'Not taken in'}</h3>
            {busy
              ? <button type="button" class="button small" onClick={() => library.cancel()}>Cancel</button>
              : <button type="button" class="button small" onClick={() => library.dismiss()}>Dismiss</button>}
          </div>
          <ul>{files.map((file) => <FileRow key={file.name} file={file} />)}</ul>
        </section>
      )}
      {rows.length > 0 && (
        <ul class="documents" aria-label="Documents that can be asked">
          {rows.map((row) => <DocumentItem key={row.docId} row={row} disabled={busy} onRemove={() => void library.remove(row.docId)} />)}
        </ul>
      )}
      {rows.length > 1 && <ClearAll disabled={busy} onClear={() => void library.clear()} />}
    </section>
  );
}

const KINDS = { text: 'Text', markdown: 'Markdown', html: 'HTML', pdf: 'PDF', csv: 'Table', json: 'JSON', code: 'Code' } as const;

function DocumentItem({ row, disabled, onRemove }: { readonly row: DocumentRow; readonly disabled: boolean; readonly onRemove: () => void }): JSX.Element {
  return (
    <li>
      <div>
        <span class="name" title={row.name}>{row.name}</span>
        <span class="meta">{KINDS[row.kind]}, {row.chunks.toLocaleString('en')} {row.chunks === 1 ? 'passage' : 'passages'}</span>
      </div>
      <button type="button" class="icon" disabled={disabled} aria-label={`Remove ${row.name}`} title="Remove" onClick={onRemove}>×</button>
    </li>
  );
}

/** Asks in place before everything is removed. */
function ClearAll({ disabled, onClear }: { readonly disabled: boolean; readonly onClear: () => void }): JSX.Element {
  const [asking, setAsking] = useState(false);
  if (!asking) return <button type="button" class="link quiet" disabled={disabled} onClick={() => setAsking(true)}>Remove all documents</button>;
  return (
    <p class="confirm" role="group" aria-label="Remove all documents?">
      Remove all documents from this browser?{' '}
      <button type="button" class="button small" onClick={() => { setAsking(false); onClear(); }}>Remove all</button>{' '}
      <button type="button" class="button small" ref={(button) => button?.focus()} onClick={() => setAsking(false)}>Keep</button>
    </p>
  );
}
