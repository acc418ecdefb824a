import type { IngestReason } from '../base/error-classes.ts';
// Only this room makes these events: their types are the check.
import { defineEvent, type EventDef } from '../events/index.ts';
import type { AnswerPassage } from './extract-answer.ts';

/** Why one file of an ingestion could not be used. */
export interface FileFailure {
  readonly name: string;
  readonly reason: IngestReason;
  /** For people. */
  readonly message: string;
}

/** A file waits to be read. `index` is its place in the input. */
export const FileFound: EventDef<'FileFound', { readonly index: number; readonly name: string }> =
  /* @__PURE__ */ defineEvent('FileFound') as never;

/** A file was read and cut into `chunks` passages. */
export const FileLoaded: EventDef<'FileLoaded', { readonly index: number; readonly name: string; readonly docId: string; readonly chunks: number }> =
  /* @__PURE__ */ defineEvent('FileLoaded') as never;

/** A document that is stored. */
export interface IngestedDocument {
  readonly docId: string;
  readonly name: string;
  readonly title: string | null;
  /** Length of its text, UTF-16 units. */
  readonly length: number;
  /** Passages stored. */
  readonly chunks: number;
}

/** A file is stored (`document`) or could not be used (`failure`). */
export const FileFinished: EventDef<'FileFinished', {
  readonly index: number; readonly name: string; readonly document: IngestedDocument | null; readonly failure: FileFailure | null;
}> = /* @__PURE__ */ defineEvent('FileFinished') as never;

/** How far an ingestion is; the numbers only grow. */
export type RagProgressData = {
  /** `done` counts stored and failed files, `failed` those that could not be used. */
  readonly files: { readonly done: number; readonly failed: number; readonly total: number };
  /** Passages; `total` covers the files read so far. */
  readonly chunks: { readonly done: number; readonly total: number };
  /** The file this progress came from; null at the start. */
  readonly name: string | null;
};

/** Progress of an ingestion, published on the run's stream. */
export const RagProgress: EventDef<'RagProgress', RagProgressData> = /* @__PURE__ */ defineEvent('RagProgress') as never;

/** The passages a question found, best first. */
export const PassagesFound: EventDef<'PassagesFound', { readonly question: string; readonly passages: readonly AnswerPassage[] }> =
  /* @__PURE__ */ defineEvent('PassagesFound') as never;

/** More of the text that a model writes: live, not kept and not replayed. */
export const AnswerDelta: EventDef<'AnswerDelta', { readonly text: string }> = /* @__PURE__ */ defineEvent('AnswerDelta') as never;
