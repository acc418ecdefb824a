import { useMemo, useRef, useState } from 'preact/hooks';
import type { Answer } from '../protocol.ts';
import { type DemoWorker, messageOf } from './worker.ts';

/** A question and what came of it. */
export interface Turn {
  readonly id: number;
  readonly question: string;
  readonly answer: Answer | null;
  readonly error: string | null;
}

/** The questions of this visit. */
export interface ConversationState {
  readonly turns: readonly Turn[];
  readonly busy: boolean;
  ask(question: string): Promise<void>;
  stop(): void;
}

/** Asks the worker, one question at a time. */
export function useConversation(worker: DemoWorker, say: (text: string) => void): ConversationState {
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
      setTurns((before) => [...before, { id, question, answer: null, error: null }]);
      setBusy(true);
      say('Searching your documents');
      try {
        const answer = await worker.call('ask', question, { signal: controller.signal });
        settle({ answer });
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
  }), [turns, busy, worker, say]);
}
