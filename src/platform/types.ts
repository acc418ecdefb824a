/** The runtimes this package distinguishes; Bun counts as `node`. */
export type HostName = 'node' | 'deno' | 'workerd' | 'browser' | 'unknown';

/** What `#platform` gives: tiny functions whose absence is not an error. Never named in a public declaration. */
export interface Platform {
  /** The runtime the loaded bundle was built for. */
  readonly hostName: HostName;
  /** A timer may serve everything that runs in this process, not only the request or object that set it. */
  readonly sharesTimers: boolean;
  /** An environment variable; undefined when it is unset, empty, not permitted or unknown to the runtime. */
  readEnv(name: string): string | undefined;
  /** Say once that a key is used where others can read it. */
  warnOfRawKey(provider: string): void;
  /** The bytes of a file; null where programs have no files. */
  readFile(path: string): Promise<Uint8Array> | null;
}
