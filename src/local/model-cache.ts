import { openModelStore } from '#model-store';
import { throwIfAborted } from '../base/abort.ts';
import { AbortedError, LocalModelError, ValidationError } from '../base/error-classes.ts';
import { uuid } from '../base/id.ts';
import type { ModelStore } from '../spec/model-store.ts';
import { checkStored, downloadFile, PIECE_BYTES } from './download.ts';
import type { ModelFileOptions, ModelFiles } from './model-files.ts';
import { fileOf, keyOf, listRecords, type ModelRecord, readRecord, removeFiles, writeRecord } from './model-record.ts';
import { type DownloadProgress, progressFunction } from './progress-callback.ts';
import { SharedWork } from './shared-work.ts';

/** Where `download` finds the files of a repository. */
export interface ModelCacheOptions {
  /** The address before `<repo>/<file>`, or a function that makes the whole address. There is no default. */
  readonly baseUrl?: string | ((repo: string, file: string) => string);
}

/** A file in a cache. */
export interface CachedModelFile {
  readonly url: string;
  /** Bytes that are stored. */
  readonly bytes: number;
  /** Bytes of the whole file; null while nobody has said. */
  readonly size: number | null;
  /** False for the part of a download that stopped; it goes on from there. */
  readonly complete: boolean;
  /** What the content was checked against, or is to be. */
  readonly sha256: string | null;
  /** Where other programs find it; null in a browser. */
  readonly path: string | null;
}

/**
 * Keeps the files of models on this device: in a folder in Node and Deno, in the private file system in a browser.
 *
 * A download that was interrupted, by whatever, goes on where it stopped if the server still has the same bytes (ETag or
 * date of the last change, by HTTP Range) and begins anew if not. A file is used only when it is whole and, where its
 * SHA-256 is given, has that. Give it to a backend as its `files`.
 *
 * @example
 * const cache = ModelCache.create('models', { baseUrl: 'https://models.example.com' });
 * await cache.download('minilm', 'model.onnx', (downloaded, total) => console.log(downloaded, total));
 * const bytes = await cache.read('https://models.example.com/minilm/model.onnx');
 */
export class ModelCache implements ModelFiles {
  readonly #store: ModelStore;
  readonly #baseUrl: ModelCacheOptions['baseUrl'];
  readonly #downloads = new Map<string, SharedWork<ModelRecord>>();

  private constructor(store: ModelStore, { baseUrl }: ModelCacheOptions) {
    this.#store = store;
    this.#baseUrl = baseUrl;
  }

  /**
   * @param where a folder (Node and Deno; default `blazen-models` in the user's cache folder), a name in the private file
   *   system (browsers; default `blazen-models`), or a store
   * @throws UnsupportedError where the host keeps no files, unless a store is given.
   */
  static create(where?: string | ModelStore, options: ModelCacheOptions = {}): ModelCache {
    return new ModelCache(typeof where === 'object' ? where : openModelStore(where), options);
  }

  /**
   * Fetches a file of a repository, unless it is there.
   *
   * @returns the path of the file in Node and Deno; in a browser its address, for `read`.
   * @throws LocalModelError 'offline', 'not-found', 'unavailable', 'corrupt' or 'quota'; AbortedError; ValidationError
   *   without a `baseUrl`; what the progress callback throws.
   */
  async download(repo: string, file: string, progress?: DownloadProgress, options: Omit<ModelFileOptions, 'onProgress'> = {}): Promise<string> {
    const report = progress && progressFunction(progress);
    const url = this.#address(repo, file);
    const record = await this.#ensure(url, { ...options, ...(report ? { onProgress: ({ loaded, total }) => report(loaded, total) } : {}) });
    return this.#store.path(record.file) ?? url;
  }

  /** The bytes at an address: from here when they are whole, else fetched and kept. Throws what `download` does. */
  async read(url: string, options: ModelFileOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const { file, size } = await this.#ensure(url, options);
    const bytes = new Uint8Array(size ?? 0);
    let at = 0;
    for await (const piece of this.#store.read(file)) {
      throwIfAborted(options.signal, 'Reading a model');
      if (at + piece.length <= bytes.length) bytes.set(piece, at);
      at += piece.length;
    }
    if (at === bytes.length) return bytes;
    throw new LocalModelError('Cannot read the model: its file was changed or removed meanwhile', { problem: 'corrupt', fix: 'Try again', retryable: true });
  }

  /** Whether the whole file is here. */
  async has(url: string): Promise<boolean> {
    return await this.#finished(url, null) !== null;
  }

  /** Everything that is stored, also what is not complete. */
  async list(): Promise<CachedModelFile[]> {
    const store = this.#store;
    const files = await Promise.all((await listRecords(store)).map(async (key): Promise<CachedModelFile[]> => {
      const record = await readRecord(store, key);
      if (record === null) return [];
      const { url, file, size, sha256 } = record;
      const bytes = await store.size(file) ?? 0;
      return [{ url, bytes, size, complete: record.complete && bytes === size, sha256, path: store.path(file) }];
    }));
    return files.flat().sort((a, b) => (a.url < b.url ? -1 : 1));
  }

  /** Removes a file, or the part of one; a download of it stops. False when there was none. */
  async delete(url: string): Promise<boolean> {
    await this.#downloads.get(url)?.cancel(new AbortedError('The model was deleted'));
    const store = this.#store;
    return store.exclusive(keyOf(url), async () => {
      const found = await readRecord(store, keyOf(url)) !== null;
      await removeFiles(store, keyOf(url), null);
      return found;
    });
  }

  /**
   * Takes a file the user has chosen as the one of an address, as if it had been fetched.
   *
   * @throws LocalModelError 'corrupt' or 'quota'; AbortedError. What was there before stays then.
   */
  async import(url: string, content: Blob, { signal, onProgress, sha256 }: ModelFileOptions = {}): Promise<void> {
    const store = this.#store;
    await store.exclusive(keyOf(url), async () => {
      const record: ModelRecord = {
        url, file: fileOf(url, uuid()), validator: null, size: content.size, sha256: sha256?.toLowerCase() ?? null, complete: true,
      };
      try {
        for (let at = 0; at < content.size; at += PIECE_BYTES) {
          throwIfAborted(signal, 'Importing a model');
          const bytes = new Uint8Array(await content.slice(at, at + PIECE_BYTES).arrayBuffer());
          await store.write(record.file, bytes, at);
          onProgress?.({ file: url, loaded: at + bytes.length, total: content.size });
        }
        await checkStored(store, record);
      } catch (error) {
        await store.remove(record.file);
        throw error;
      }
      await writeRecord(store, record);
      await removeFiles(store, keyOf(url), record.file);
    }, signal);
  }

  #address(repo: string, file: string): string {
    const base = this.#baseUrl;
    if (typeof base === 'function') return base(repo, file);
    if (base === undefined) {
      throw new ValidationError("Cannot download: the model cache has no 'baseUrl', and none is assumed. Give one to ModelCache.create", { path: 'baseUrl' });
    }
    return `${base.replace(/\/+$/, '')}/${repo}/${file}`;
  }

  async #ensure(url: string, options: ModelFileOptions): Promise<ModelRecord> {
    const { signal, onProgress } = options;
    throwIfAborted(signal, 'Loading a model');
    const finished = await this.#finished(url, options.sha256 ?? null) ?? await this.#join(url, options);
    onProgress?.({ file: url, loaded: finished.size ?? 0, total: finished.size });
    return finished;
  }

  /** The record when the file is whole and has this SHA-256. */
  async #finished(url: string, sha256: string | null): Promise<ModelRecord | null> {
    const store = this.#store;
    const record = await readRecord(store, keyOf(url));
    if (record?.complete !== true || await store.size(record.file) !== record.size) return null;
    const wanted = sha256?.toLowerCase() ?? null;
    if (wanted === null || wanted === record.sha256) return record;
    // Never checked, or against another one: it may be the right one all the same.
    const checked = { ...record, sha256: wanted };
    try {
      await checkStored(store, checked);
    } catch {
      return null;
    }
    await writeRecord(store, checked);
    return checked;
  }

  /** The download at work for this address, or a new one; it stops when all who wanted it have given up. */
  async #join(url: string, options: ModelFileOptions): Promise<ModelRecord> {
    const { sha256 = null } = options;
    const store = this.#store;
    let shared = this.#downloads.get(url);
    if (shared === undefined) {
      const forget = (): void => {
        if (this.#downloads.get(url) === started) this.#downloads.delete(url);
      };
      const started = new SharedWork((load) => store.exclusive(keyOf(url), async () => (
        // Another tab may have been faster.
        await this.#finished(url, sha256) ?? downloadFile(store, url, { ...load, ...(sha256 === null ? {} : { sha256 }) })), load.signal), forget);
      this.#downloads.set(url, started);
      void started.done.then(forget, forget);
      shared = started;
    }
    const record = await shared.join(options, 'Loading a model');
    // Whoever began it may have wanted other bytes.
    return sha256 === null || record.sha256 === sha256.toLowerCase() ? record : this.#ensure(url, options);
  }
}
