import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Turn } from '../state/use-conversation.ts';
import { AnswerView } from './answer.tsx';
import type { SourcePlace } from './source-pane.tsx';
import { WrittenView } from './written.tsx';

/** The questions and answers of this visit. The live region is quiet while an answer is being put together. */
export function Transcript({ turns, busy, onOpen, openPlace, suggestions, onAsk }: {
  readonly turns: readonly Turn[]; readonly busy: boolean; readonly openPlace: SourcePlace | null;
  readonly onOpen: (place: SourcePlace, from: HTMLElement) => void;
  readonly suggestions: readonly string[]; readonly onAsk: (question: string) => void;
}): JSX.Element {
  const last = useRef<HTMLElement>(null);
  useEffect(() => {
    // Reading begins at the question; where all of it is in sight above the question field, nothing moves.
    const { top, bottom } = last.current?.getBoundingClientRect() ?? { top: 0, bottom: 0 };
    if (top < 0 || bottom > innerHeight - 120) last.current?.scrollIntoView({ block: 'start' });
  }, [turns]);
  return (
    <div class="transcript">
      <div role="log" aria-label="Answers" aria-busy={busy} tabIndex={0} class="turns">
        {turns.map((turn, index) => (
          <article key={turn.id} ref={index === turns.length - 1 ? last : null} class="turn" data-testid="turn">
            <h3 class="question">{turn.question}</h3>
            {(turn.written !== null || turn.writtenError !== null) && <WrittenView turn={turn} onOpen={onOpen} openPlace={openPlace} />}
            {turn.answer !== null && <AnswerView answer={turn.answer} turn={turn.id} onOpen={onOpen} openPlace={openPlace} />}
            {turn.error !== null && <p class="turn-problem">{turn.error}</p>}
            {turn.answer === null && turn.error === null && <p class="searching">Searching…</p>}
          </article>
        ))}
      </div>
      {turns.length === 0 && (
        <div class="invitation">
          <h2>What would you like to know?</h2>
          <p>Answers are sentences quoted from your documents, word for word, each with the place it stands.</p>
          {suggestions.length > 0 && (
            <ul class="suggestions" aria-label="Questions to try">
              {suggestions.map((question) => (
                <li key={question}><button type="button" class="button" onClick={() => onAsk(question)}>{question}</button></li>
              ))}
            </ul>
          )}
        </div>
      )}
    </div>
  );
}
