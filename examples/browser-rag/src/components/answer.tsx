import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { FoundAnswer } from '../protocol.ts';
import { sanitize } from '../sanitize.ts';
import type { SourcePlace } from './source-pane.tsx';

type Citation = FoundAnswer['citations'][number];
type Passage = FoundAnswer['passages'][number];

/** An answer: quotes with their citations, and what else was looked at. */
export function AnswerView({ answer, turn, onOpen, openPlace }: {
  readonly answer: FoundAnswer; readonly turn: number; readonly openPlace: SourcePlace | null;
  readonly onOpen: (place: SourcePlace, from: HTMLElement) => void;
}): JSX.Element {
  const { found, text, citations, passages, searchedWith } = answer;
  return (
    <div class="answer">
      {!found && <p class="nothing">{text}.</p>}
      {found && (
        <ol class="quotes" aria-label="Quotes that answer the question">
          {citations.map((citation) => (
            <Quote
              key={citation.number} citation={citation} passage={passageOf(citation, passages)}
              place={{ ...citation, turn }} open={openPlace?.turn === turn && openPlace.number === citation.number} onOpen={onOpen}
            />
          ))}
        </ol>
      )}
      {searchedWith !== null && <p class="soft" data-testid="searched-with">Searched by meaning and words, with {searchedWith} on this device.</p>}
      {passages.length > 0 && <Passages passages={passages} />}
    </div>
  );
}

function Quote({ citation, passage, place, open, onOpen }: {
  readonly citation: Citation; readonly passage: Passage | undefined; readonly place: SourcePlace; readonly open: boolean;
  readonly onOpen: (place: SourcePlace, from: HTMLElement) => void;
}): JSX.Element {
  const { number, name, quote } = citation;
  const html = useMemo(() => (passage?.kind === 'markdown' ? sanitize({ kind: 'markdown', source: quote }, true) : null), [passage, quote]);
  return (
    <li>
      {html === null
        ? <blockquote class="quote plain">{quote}</blockquote>
        : <blockquote class="quote" dangerouslySetInnerHTML={{ __html: html }} />}
      <p class="cited">
        <button
          type="button" class="chip" aria-expanded={open} aria-label={`[${number}] ${name}, show the citation`}
          data-quote={quote} onClick={(event) => onOpen(place, event.currentTarget)}
        >
          <span class="mark">[{number}]</span> <span class="name">{name}</span>
        </button>
        {passage !== undefined && passage.heading.length > 0 && <span class="section">{passage.heading.join(' › ')}</span>}
      </p>
    </li>
  );
}

function Passages({ passages }: { readonly passages: readonly Passage[] }): JSX.Element {
  return (
    <details class="passages">
      <summary>{passages.length} {passages.length === 1 ? 'passage' : 'passages'} looked at</summary>
      <ol>
        {passages.map((passage) => (
          <li key={passage.id}>
            <span class="score">{passage.score.toFixed(2)}</span>
            <span class="name">{passage.name}</span>
            <span class="text">{passage.text.slice(0, 160)}</span>
          </li>
        ))}
      </ol>
    </details>
  );
}

function passageOf({ docId, start, end }: Citation, passages: readonly Passage[]): Passage | undefined {
  return passages.find((passage) => passage.docId === docId && passage.start <= start && end <= passage.end);
}
