import { useCallback, useState } from 'preact/hooks';

/** The one line that is read out: what the page is doing, never more than a few times per action. */
export function useStatus(): readonly [text: string, say: (text: string) => void] {
  const [text, setText] = useState('');
  const say = useCallback((next: string) => setText(next), []);
  return [text, say];
}
