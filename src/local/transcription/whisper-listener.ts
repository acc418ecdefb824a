import type { WhisperEvents } from './whisper-library.ts';

/** What a transcription wants to be told; one at a time. */
export interface WhisperHearing {
  onSegment(text: string, fromMs: number, toMs: number): void;
  onProgress(share: number): void;
  onLine(line: string): void;
  /** Everything was heard; with the language found. */
  onEnd(language: string): void;
  onCanceled(): void;
}

/** Hands what whisper.cpp tells to whoever listens, and notices when its threads have died. */
export class WhisperListener {
  /** What was printed while nobody listened: the loading of the model. */
  readonly lines: string[] = [];
  hearing: WhisperHearing | null = null;
  /** Resolves with what is known when it can compute no more. */
  readonly crashed: Promise<unknown>;
  readonly events: WhisperEvents;

  constructor() {
    let crash: (reason: unknown) => void = () => undefined;
    this.crashed = new Promise((resolve) => { crash = resolve; });
    const line = (text: string): void => {
      if (this.hearing === null) this.lines.push(text);
      else this.hearing.onLine(text);
      // What the module prints about a thread that threw.
      if (text.startsWith('worker sent an error')) crash(text);
    };
    this.events = {
      print: line, printErr: line,
      onNewSegment: ({ segment: { text, offsets } }) => this.hearing?.onSegment(text, offsets.from, offsets.to),
      onProgress: (percent) => this.hearing?.onProgress(Math.min(1, percent / 100)),
      onTranscribed: ({ result }) => this.hearing?.onEnd(result.language),
      onCanceled: () => this.hearing?.onCanceled(),
      onAbort: crash,
    };
  }
}
