import type { JSX } from 'preact';
import type { Turn } from '../state/use-conversation.ts';
import type { SourcePlace } from './source-pane.tsx';

/** What the model wrote, which of its quotes stand in the documents, and which do not. */
export function WrittenView({ turn: { id, written, writtenError }, onOpen, openPlace }: {
  readonly turn: Turn; readonly openPlace: SourcePlace | null; readonly onOpen: (place: SourcePlace, from: HTMLElement) => void;
}): JSX.Element {
  const { text = '', citations = [], unsupported = [] } = written ?? {};
  return (
    <div class="written" data-testid="written">
      <p class="text">{text}</p>
      {citations.map((citation, index) => {
        // Apart from the numbers of the quotes below.
        const number = 100 + index;
        return (
          <button
            key={number} type="button" class="chip" data-quote={citation.quote} aria-expanded={openPlace?.turn === id && openPlace.number === number}
            aria-label={`[${citation.number}] ${citation.name}, show what the model quotes`} onClick={(event) => onOpen({ ...citation, number, turn: id }, event.currentTarget)}
          >
            <span class="mark">[{citation.number}]</span> <span class="name">{citation.name}</span>
          </button>
        );
      })}
      {unsupported.length > 0 && (
        <p class="turn-problem">Not in your documents: {unsupported.map((quote) => `“${quote}”`).join(', ')}</p>
      )}
      {writtenError !== null && <p class="turn-problem">The model wrote nothing more: {writtenError}</p>}
      <p class="soft">Written by the model on this device. What it puts in quotes was checked; the rest was not. Below: the quotes themselves.</p>
    </div>
  );
}
