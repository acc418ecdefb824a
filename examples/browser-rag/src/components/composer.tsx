import type { ComponentChildren, JSX, RefObject } from 'preact';
import { useState } from 'preact/hooks';

/** Where the question is typed: Enter asks, Shift and Enter make a new line. */
export function Composer({ input, busy, ready, voice, onAsk, onStop }: {
  readonly input: RefObject<HTMLTextAreaElement | null>; readonly busy: boolean; readonly ready: boolean;
  readonly voice: ComponentChildren;
  readonly onAsk: (question: string) => void; readonly onStop: () => void;
}): JSX.Element {
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (): void => {
    const field = input.current;
    if (field === null || busy) return;
    const question = field.value.trim();
    if (question === '' || !ready) {
      setProblem(ready ? 'Type a question first.' : 'Add a document first: there is nothing to search yet.');
      field.focus();
      return;
    }
    setProblem(null);
    field.value = '';
    onAsk(question);
  };
  return (
    <form class="composer" onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <label for="question">Your question</label>
      <div class="field">
        <textarea
          id="question" ref={input} rows={1} placeholder="Ask anything" autocomplete="off"
          aria-invalid={problem !== null} {...(problem === null ? {} : { 'aria-describedby': 'question-problem' })}
          onInput={() => setProblem(null)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            submit();
          }}
        />
        {busy
          ? <button type="button" class="button" onClick={onStop}>Stop</button>
          : <button type="submit" class="button primary">Ask</button>}
      </div>
      {voice}
      {problem !== null && <p id="question-problem" class="field-problem" role="alert">{problem}</p>}
    </form>
  );
}
