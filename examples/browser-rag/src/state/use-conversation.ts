import { useMemo, useRef, useState } from 'preact/hooks';
import type { Written } from '../models/models.ts';
import type { FoundAnswer } from '../protocol.ts';
import type { ModelsState } from './use-models.ts';
import { type DemoWorker, messageOf } from './worker.ts';

/** A question and what came of it. */
export interface Turn {
  readonly id: number;
  readonly question: string;
  readonly answer: FoundAnswer | null;
  /** What the model in use writes, complete or so far. */
  readonly written: Partial<Written> & { readonly text: string } | null;
  /** Why there are quotes only, though a model is in use. */
  readonly writtenError: string | null;
  readonly error: string | null;
}

/** The questions of this visit. */
export interface ConversationState {
  readonly turns: readonly Turn[];
  readonly busy: boolean;
  ask(question: string): Promise<void>;
  stop(): void;
}

/** Asks the worker, one question at a time; then the model in use, if there is one. */
export function useConversation(worker: DemoWorker, models: ModelsState, say: (text: string) => void): ConversationState {
  const [turns, setTurns] = useState<readonly Turn[]>([]);
  const [busy, setBusy] = useState(false);
  const running = useRef<AbortController | null>(null);
  const nextId = useRef(1);

  return useMemo(() => ({
    turns, busy,

    async ask(question: string) {
      if (running.current !== null) return;
      const controller = new AbortController();
      running.current = controller;
      const id = nextId.current++;
      const settle = (change: Partial<Turn>): void => {
        setTurns((before) => before.map((turn) => (turn.id === id ? { ...turn, ...change } : turn)));
      };
      setTurns((before) => [...before, { id, question, answer: null, written: null, writtenError: null, error: null }]);
      setBusy(true);
      say('Searching your documents');
      try {
        const answer = await worker.call('ask', question, { signal: controller.signal });
        settle({ answer });
        if (models.inUse.chat !== undefined && answer.passages.length > 0) {
          say('The model is writing');
          await models.write(question, answer.passages, (text) => settle({ written: { text } }), controller.signal)
            .then((written) => settle({ written }), (thrown: unknown) => settle({ writtenError: controller.signal.aborted ? 'Stopped.' : messageOf(thrown) }));
        }
        const count = answer.citations.length;
        say(answer.found ? `Answer complete, ${count} citation${count === 1 ? '' : 's'}` : 'No answer found');
      } catch (thrown) {
        const stopped = controller.signal.aborted;
        settle({ error: stopped ? 'Stopped.' : messageOf(thrown) });
        say(stopped ? 'Stopped' : 'The question could not be answered');
      }
      running.current = null;
      setBusy(false);
    },

    stop: () => running.current?.abort(),
  }), [turns, busy, worker, models, say]);
}
