import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { DocumentRow, FileUpdate } from '../protocol.ts';
import { batch } from './batch.ts';
import { type DemoWorker, messageOf } from './worker.ts';

/** A file on its way in. */
export type FileProgress = { readonly name: string; readonly size: number } & (
  | { readonly state: 'waiting' | 'cancelled' } | FileUpdate
);

/** The documents, and the files that are being taken in. */
export interface LibraryState {
  /** Null until they are read from the store. */
  readonly documents: readonly DocumentRow[] | null;
  readonly files: readonly FileProgress[];
  readonly busy: boolean;
  readonly error: string | null;
  add(files: readonly File[]): Promise<void>;
  cancel(): void;
  /** Takes the rows of finished files away. */
  dismiss(): void;
  remove(docId: string): Promise<void>;
  clear(): Promise<void>;
}

/** Keeps the page in step with the library in the worker. `say` tells people who do not see the list. */
export function useLibrary(worker: DemoWorker, say: (text: string) => void): LibraryState {
  const [documents, setDocuments] = useState<readonly DocumentRow[] | null>(null);
  const [files, setFiles] = useState<readonly FileProgress[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const running = useRef<AbortController | null>(null);

  const refresh = useCallback(async () => {
    try {
      setDocuments(await worker.call('documents', null));
    } catch (thrown) {
      setDocuments([]);
      setError(messageOf(thrown));
    }
  }, [worker]);
  useEffect(() => void refresh(), [refresh]);

  return useMemo(() => ({
    documents, files, busy, error,

    async add(chosen: readonly File[]) {
      if (running.current !== null || chosen.length === 0) return;
      const controller = new AbortController();
      running.current = controller;
      const inputs = withOwnNames(chosen);
      setBusy(true);
      setError(null);
      setFiles(inputs.map(({ name, blob }) => ({ name, size: blob.size, state: 'waiting' })));
      say(`Reading ${plural(inputs.length, 'file')}`);
      const updates = batch<FileUpdate>((list) => setFiles((before) => apply(before, list)));
      try {
        const outcome = await worker.call('ingest', inputs, { signal: controller.signal, onProgress: (update) => updates.add(update) });
        updates.flush();
        const failed = outcome.failed === 0 ? '' : `, ${plural(outcome.failed, 'file')} could not be used`;
        say(`${plural(outcome.documents, 'document')} ready, ${plural(outcome.chunks, 'passage')}${failed}`);
      } catch (thrown) {
        updates.flush();
        setFiles((before) => before.map((file) => (isSettled(file) ? file : { name: file.name, size: file.size, state: 'cancelled' })));
        if (controller.signal.aborted) say('Cancelled. What was finished is kept');
        else setError(messageOf(thrown));
      }
      running.current = null;
      await refresh();
      // What is ready is in the list of documents from now on; what failed stays until it is dismissed.
      setFiles((before) => before.filter((file) => file.state !== 'done'));
      setBusy(false);
    },

    cancel: () => running.current?.abort(),
    dismiss: () => setFiles([]),

    async remove(docId: string) {
      await worker.call('remove', docId).catch((thrown: unknown) => setError(messageOf(thrown)));
      await refresh();
      say('Document removed');
    },

    async clear() {
      await worker.call('clear', null).catch((thrown: unknown) => setError(messageOf(thrown)));
      setFiles([]);
      await refresh();
      say('All documents removed');
    },
  }), [documents, files, busy, error, worker, say, refresh]);
}

/** True when nothing more will happen to the file. */
export function isSettled({ state }: FileProgress): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

function apply(files: readonly FileProgress[], updates: readonly FileUpdate[]): readonly FileProgress[] {
  const latest = new Map(updates.map((update) => [update.name, update]));
  return files.map((file) => {
    const update = latest.get(file.name);
    return update === undefined ? file : { ...update, size: file.size };
  });
}

/** Files of one choice may come from several folders and have the same name: each gets one of its own. */
function withOwnNames(files: readonly File[]): { name: string; blob: Blob }[] {
  const taken = new Set<string>();
  return files.map((blob) => {
    let name = blob.name || 'Untitled';
    const [, stem = name, extension = ''] = /^(.*?)(\.[^.]*)?$/s.exec(name) ?? [];
    for (let number = 2; taken.has(name); number++) name = `${stem} (${number})${extension}`;
    taken.add(name);
    return { name, blob };
  });
}
