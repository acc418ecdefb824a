import { useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { Capabilities } from './components/capabilities.tsx';
import { Composer } from './components/composer.tsx';
import { DropTarget } from './components/drop-target.tsx';
import { FilePicker } from './components/file-picker.tsx';
import { FirstRun } from './components/first-run.tsx';
import { LibraryPanel } from './components/library-panel.tsx';
import { ModelsPanel } from './components/models-panel.tsx';
import { RunLog } from './components/run-log.tsx';
import { SourcePane, type SourcePlace } from './components/source-pane.tsx';
import { Transcript } from './components/transcript.tsx';
import { Voice } from './components/voice.tsx';
import { loadSample, sampleQuestions } from './samples.ts';
import { useConversation } from './state/use-conversation.ts';
import { useLibrary } from './state/use-library.ts';
import { useModels } from './state/use-models.ts';
import { useRunLog } from './state/use-run-log.ts';
import { useStatus } from './state/use-status.ts';
import { type DemoWorker, messageOf } from './state/worker.ts';

/** The page. */
export function App({ worker }: { readonly worker: DemoWorker }): JSX.Element {
  const [status, say] = useStatus();
  const library = useLibrary(worker, say);
  const models = useModels(worker, say);
  const conversation = useConversation(worker, models, say);
  const runs = useRunLog(worker, say);
  const [place, setPlace] = useState<SourcePlace | null>(null);
  const [sampled, setSampled] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const composer = useRef<HTMLTextAreaElement>(null);
  const opener = useRef<HTMLElement | null>(null);

  const add = async (files: readonly File[]): Promise<void> => {
    setProblem(null);
    await library.add(files);
    composer.current?.focus({ preventScroll: true });
  };
  const addSample = async (): Promise<void> => {
    try {
      const files = await loadSample();
      setSampled(true);
      await add(files);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  const open = (next: SourcePlace, from: HTMLElement): void => {
    opener.current = from;
    setPlace(next);
  };
  const hear = (text: string): void => {
    if (composer.current !== null) composer.current.value = text;
    composer.current?.focus();
    say('Heard. Change the question or ask it');
  };
  const close = (): void => {
    setPlace(null);
    opener.current?.focus();
  };

  const error = problem ?? library.error;
  const empty = library.documents?.length === 0 && library.files.length === 0;
  return (
    <DropTarget onFiles={(files) => void add(files)}>
      <a class="skip" href="#question">Skip to the question</a>
      <header class="page-head">
        <h1>Ask your documents</h1>
        <p>Files are read, searched and quoted in this tab. Nothing is sent anywhere.</p>
      </header>
      <p class="status" role="status">{status}</p>
      {error !== null && <p class="problem" role="alert">{error}</p>}
      <main class={place === null ? 'page' : 'page with-source'}>
        {library.documents === null && <p class="first-run">Opening your library…</p>}
        {library.documents !== null && empty && (
          <FirstRun onFiles={(files) => void add(files)} onSample={() => void addSample()} />
        )}
        {library.documents !== null && !empty && (
          <>
            <LibraryPanel library={library} picker={<FilePicker onFiles={(files) => void add(files)} disabled={library.busy} />} />
            <section class="conversation" aria-label="Questions and answers">
              <Transcript
                turns={conversation.turns} busy={conversation.busy} onOpen={open} openPlace={place}
                suggestions={sampled && !library.busy ? sampleQuestions : []} onAsk={(question) => void conversation.ask(question)}
              />
              <Composer
                input={composer} busy={conversation.busy} ready={(library.documents?.length ?? 0) > 0 || library.files.some(({ state }) => state === 'done')}
                onAsk={(question) => void conversation.ask(question)} onStop={() => conversation.stop()}
                voice={models.inUse.speech !== undefined && <Voice models={models} disabled={conversation.busy} onText={hear} />}
              />
            </section>
          </>
        )}
        {place !== null && <SourcePane worker={worker} place={place} onClose={close} />}
        <aside class="backstage" aria-label="Behind the scenes">
          <ModelsPanel models={models} />
          <RunLog runs={runs} />
          <Capabilities />
        </aside>
      </main>
    </DropTarget>
  );
}
