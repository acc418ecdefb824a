/** A model that lies beside the page, as `models.json` lists it. */
export interface ModelEntry {
  /** Name of its directory. */
  readonly id: string;
  readonly kind: 'chat' | 'speech' | 'search';
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
}

/** A model and how much of it is in this browser. */
export interface ModelRow extends ModelEntry {
  /** Bytes of all its files. */
  readonly bytes: number;
  /** Bytes of them that are stored here. */
  readonly stored: number;
  /** Why it cannot run here, and what to do; null when it can. */
  readonly problem: string | null;
}

/** What a model wrote about a question; `unsupported` are quotes that stand in no source. */
export interface Written {
  readonly text: string;
  readonly citations: readonly { readonly number: number; readonly docId: string; readonly name: string; readonly start: number; readonly end: number; readonly quote: string }[];
  readonly unsupported: readonly string[];
}
