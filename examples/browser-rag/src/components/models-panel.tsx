import type { JSX } from 'preact';
import { megabytes } from '../capabilities.ts';
import type { ModelRow } from '../models/models.ts';
import type { ModelsState, ModelWork } from '../state/use-models.ts';

const KINDS = { chat: 'writes answers', speech: 'hears questions', search: 'searches by meaning' } as const;

/** The models that lie beside this page: what each would take, what is here, and what it may not do and why. */
export function ModelsPanel({ models }: { readonly models: ModelsState }): JSX.Element {
  const { rows, error } = models;
  const stored = rows.reduce((sum, row) => sum + row.stored, 0);
  return (
    <section class="models" aria-labelledby="models-title">
      <h2 id="models-title">Models on this device</h2>
      {error !== null && <p class="problem" role="alert">{error}</p>}
      {rows.length === 0 && <p class="soft">None lie beside this page, so answers are quotes. <code>MODELS=folder npm start</code> offers those of a folder.</p>}
      {rows.length > 0 && (
        <>
          <ul>{rows.map((row) => <ModelItem key={row.id} row={row} models={models} />)}</ul>
          <p class="soft">{stored === 0 ? 'Nothing is stored yet.' : `${megabytes(stored)} stored in this browser.`}</p>
        </>
      )}
    </section>
  );
}

function progressOf({ doing, done, total }: ModelWork): string {
  if (doing === 'loading') return 'Loading';
  return doing === 'embedding' ? `${done} of ${total} passages` : `${megabytes(done)} of ${megabytes(total)}`;
}

function ModelItem({ row, models }: { readonly row: ModelRow; readonly models: ModelsState }): JSX.Element {
  const { id, kind, bytes, stored, problem } = row;
  const { work, inUse } = models;
  const mine = work?.id === id ? work : null;
  const used = inUse[kind] === id;
  const complete = stored >= bytes;
  return (
    <li data-testid="model">
      <div>
        <span class="name">{id}</span> <span class="meta">{KINDS[kind]}, {megabytes(bytes)}</span>{' '}
        {used && <span class="state ready">in use</span>}
        {problem !== null && <p class="soft">Cannot run here: {problem}</p>}
        {mine === null && !complete && stored > 0 && <p class="soft">{megabytes(stored)} are here; the download goes on from there.</p>}
        {mine !== null && (
          <p>
            <progress aria-label={`${mine.doing} ${id}`} {...(mine.total > 0 ? { value: mine.done, max: mine.total } : {})} />{' '}
            {progressOf(mine)}
          </p>
        )}
      </div>
      <p class="actions">
        {mine !== null && <button type="button" class="button small" onClick={() => models.cancel()}>Cancel</button>}
        {mine === null && problem === null && !complete && (
          <button type="button" class="button small" disabled={work !== null} aria-label={`Download ${id}`} onClick={() => void models.download(row)}>{stored > 0 ? 'Continue' : 'Download'}</button>
        )}
        {mine === null && problem === null && complete && !used && (
          <button type="button" class="button small" disabled={work !== null} aria-label={`Use ${id}`} onClick={() => void models.use(row)}>Use</button>
        )}
        {used && <button type="button" class="button small" aria-label={`Stop using ${id}`} onClick={() => models.stop(kind)}>Stop using</button>}
        {mine === null && stored > 0 && (
          <button type="button" class="button small" disabled={work !== null} aria-label={`Delete ${id}`} onClick={() => void models.remove(row)}>Delete</button>
        )}
      </p>
    </li>
  );
}
