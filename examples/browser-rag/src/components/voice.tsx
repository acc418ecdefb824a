import { decodeAudio } from 'blazen-ts/local/transcription';
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { ModelsState } from '../state/use-models.ts';
import { messageOf } from '../state/worker.ts';

/** Asks by voice: what the microphone or a sound file says becomes the question. Heard on this device. */
export function Voice({ models, onText, disabled }: {
  readonly models: ModelsState; readonly onText: (text: string) => void; readonly disabled: boolean;
}): JSX.Element {
  const [state, setState] = useState<'idle' | 'recording' | 'hearing'>('idle');
  const [problem, setProblem] = useState<string | null>(null);
  const stop = useRef<() => void>(() => undefined);
  const sound = useRef<HTMLInputElement>(null);

  const attempt = async (work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    const controller = new AbortController();
    setProblem(null);
    try {
      await work(controller.signal);
    } catch (error) {
      setProblem(messageOf(error));
    }
    setState('idle');
  };
  const hear = async (audio: Blob, signal: AbortSignal): Promise<void> => {
    setState('hearing');
    const samples = await decodeAudio(audio);
    onText(await models.transcribe(samples.slice(), signal));
  };
  const record = (): Promise<void> => attempt(async (signal) => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const recorder = new MediaRecorder(stream);
    const pieces: Blob[] = [];
    recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data));
    const stopped = new Promise((resolve) => { recorder.addEventListener('stop', resolve); });
    stop.current = () => recorder.stop();
    setState('recording');
    recorder.start();
    await stopped;
    for (const track of stream.getTracks()) track.stop();
    await hear(new Blob(pieces, { type: recorder.mimeType }), signal);
  });

  return (
    <div class="voice">
      {state === 'recording'
        ? <button type="button" class="button small" onClick={() => stop.current()}>Stop recording</button>
        : <button type="button" class="button small" disabled={disabled || state !== 'idle'} onClick={() => void record()}>Speak</button>}
      <button type="button" class="button small" disabled={disabled || state !== 'idle'} onClick={() => sound.current?.click()}>Sound file</button>
      <input
        ref={sound} type="file" accept="audio/*" hidden data-testid="sound"
        onChange={(event) => {
          const { currentTarget } = event;
          const [file] = currentTarget.files ?? [];
          if (file !== undefined) void attempt((signal) => hear(file, signal));
          currentTarget.value = '';
        }}
      />
      {state === 'hearing' && <span class="soft">Listening…</span>}
      {problem !== null && <span class="field-problem" role="alert">{problem}</span>}
    </div>
  );
}
