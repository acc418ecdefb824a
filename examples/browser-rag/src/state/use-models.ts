import { createWorkerHost, type WorkerHost } from 'blazen-ts/local';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { modelMethods } from '../models/methods.ts';
import type { ModelEntry, ModelRow, Written } from '../models/models.ts';
// oxlint-disable-next-line import/default -- vite makes this module: the URL of the built worker
import workerUrl from '../models/worker.ts?worker&url';
import type { Answer } from '../protocol.ts';
import { scriptUrl } from '../trusted-types.ts';
import { type DemoWorker, messageOf } from './worker.ts';

/** What a model is doing. */
export interface ModelWork {
  readonly id: string;
  readonly doing: 'downloading' | 'loading' | 'embedding';
  /** Bytes, or passages, so far. */
  readonly done: number;
  readonly total: number;
}

/** The models of this device. */
export interface ModelsState {
  readonly rows: readonly ModelRow[];
  readonly work: ModelWork | null;
  /** The model in use, for each kind. */
  readonly inUse: Readonly<Partial<Record<ModelEntry['kind'], string>>>;
  readonly error: string | null;
  download(row: ModelRow): Promise<void>;
  cancel(): void;
  remove(row: ModelRow): Promise<void>;
  use(row: ModelRow): Promise<void>;
  /** Ends the worker the model runs in: all its memory is given back. */
  stop(kind: ModelEntry['kind']): void;
  write(question: string, passages: Answer['passages'], onText: (text: string) => void, signal: AbortSignal): Promise<Written>;
  transcribe(samples: Float32Array, signal: AbortSignal): Promise<string>;
}

type ModelWorker = WorkerHost<typeof modelMethods>;

const start = (): ModelWorker => createWorkerHost<typeof modelMethods>({ spawn: () => new Worker(scriptUrl(workerUrl), { type: 'module', name: 'models' }) });

/** One worker keeps the files, and each model in use has one of its own; that of a model that searches belongs to the documents' `worker`. */
export function useModels(worker: DemoWorker, say: (text: string) => void): ModelsState {
  const [rows, setRows] = useState<readonly ModelRow[]>([]);
  const [work, setWork] = useState<ModelWork | null>(null);
  const [inUse, setInUse] = useState<ModelsState['inUse']>({});
  const [error, setError] = useState<string | null>(null);
  const files = useRef<ModelWorker | null>(null);
  const running = useRef<Partial<Record<ModelEntry['kind'], ModelWorker>>>({});
  const controller = useRef<AbortController | null>(null);

  const keeper = useCallback(() => (files.current ??= start()), []);
  const refresh = useCallback(async () => {
    const response = await fetch('./models.json');
    const entries = response.ok ? await response.json() as ModelEntry[] : [];
    // Without models there is no worker either.
    setRows(entries.length === 0 ? [] : await keeper().call('list', entries));
  }, [keeper]);
  useEffect(() => void refresh().catch((thrown: unknown) => setError(messageOf(thrown))), [refresh]);

  return useMemo(() => {
    const attempt = async (doing: ModelWork['doing'], { id }: ModelRow, run: (signal: AbortSignal, tell: (done: number, total: number, now?: ModelWork['doing']) => void) => Promise<void>): Promise<void> => {
      if (controller.current !== null) return;
      const { signal } = controller.current = new AbortController();
      setError(null);
      setWork({ id, doing, done: 0, total: 0 });
      try {
        await run(signal, (done, total, now = doing) => setWork({ id, doing: now, done, total }));
      } catch (thrown) {
        if (signal.aborted) say(doing === 'downloading' ? `Stopped. What has arrived of ${id} is kept` : `Stopped. ${id} is not in use`);
        else setError(messageOf(thrown));
      }
      controller.current = null;
      setWork(null);
      await refresh();
    };
    const stop = (kind: ModelEntry['kind']): void => {
      if (kind === 'search') void worker.call('searchWith', null).catch((thrown: unknown) => setError(messageOf(thrown)));
      running.current[kind]?.close();
      delete running.current[kind];
      setInUse(({ [kind]: _, ...others }) => others);
    };
    const model = (kind: ModelEntry['kind']): ModelWorker => {
      const found = running.current[kind];
      if (found === undefined) throw new Error('No model is in use');
      return found;
    };
    return {
      rows, work, inUse, error, stop,

      download: (row: ModelRow) => attempt('downloading', row, async (signal, tell) => {
        await keeper().call('download', row, { signal, onProgress: (done) => tell(done, row.bytes) });
        say(`${row.id} is in this browser`);
      }),
      cancel: () => controller.current?.abort(),

      async remove(row: ModelRow) {
        if (inUse[row.kind] === row.id) stop(row.kind);
        await keeper().call('remove', row).catch((thrown: unknown) => setError(messageOf(thrown)));
        await refresh();
        say(`${row.id} was deleted`);
      },

      use: (row: ModelRow) => attempt('loading', row, async (signal, tell) => {
        if (inUse[row.kind] !== undefined) stop(row.kind);
        if (row.kind === 'search') {
          await worker.call('searchWith', row, { signal, onProgress: ({ done, total }) => tell(done, total ?? 0, 'embedding') });
        } else {
          const own = start();
          try {
            await own.call('load', row, { signal });
          } catch (thrown) {
            own.close();
            throw thrown;
          }
          running.current[row.kind] = own;
        }
        setInUse((before) => ({ ...before, [row.kind]: row.id }));
        say(`${row.id} is in use`);
      }),

      write: (question: string, passages: Answer['passages'], onText: (text: string) => void, signal: AbortSignal) =>
        model('chat').call('write', { question, passages }, { signal, onProgress: onText }),
      transcribe: (samples: Float32Array, signal: AbortSignal) => model('speech').call('transcribe', samples, { signal, transfer: [samples.buffer] }),
    };
  }, [rows, work, inUse, error, keeper, refresh, say, worker]);
}
