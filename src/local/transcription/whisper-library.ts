/** What `@transcribe/shout` gives for one model, as far as it is used here. */
export interface WhisperModule {
  FS_createDataFile(folder: string, name: string, bytes: Uint8Array, canRead: boolean, canWrite: boolean): unknown;
  FS_unlink(path: string): unknown;
  /** Loads the model; says in what it prints whether that worked. */
  init(path: string, openVinoPath: string): unknown;
  /** Begins, and gives 0 or says by another number that it cannot. */
  transcribe(
    samples: Float32Array, language: string, threads: number, translate: boolean, maxLength: number, splitOnWord: boolean,
    suppressNonSpeech: boolean, tokenTimestamps: boolean,
  ): unknown;
  cancel(): unknown;
  free(): unknown;
  /** Ends its threads, where the one who made the module can. */
  terminate?(): unknown;
}

/** A piece of what was heard. */
export interface WhisperSegment {
  readonly text: string;
  /** Milliseconds. */
  readonly offsets: { readonly from: number; readonly to: number };
}

/** What the module tells, from its own thread. */
export interface WhisperEvents {
  readonly print: (line: string) => void;
  readonly printErr: (line: string) => void;
  readonly onTranscribed: (result: { readonly result: { readonly language: string }; readonly transcription: readonly WhisperSegment[] }) => void;
  readonly onNewSegment: (segment: { readonly segment: WhisperSegment }) => void;
  /** In percent, and sometimes more than 100. */
  readonly onProgress: (percent: number) => void;
  readonly onCanceled: () => void;
  readonly onAbort: (reason: unknown) => void;
}

/** Makes modules: the default export of `@transcribe/shout`, or what runs it somewhere else. */
export type WhisperLibrary = (events: WhisperEvents) => Promise<WhisperModule>;
