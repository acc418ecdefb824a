import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type Capability, probe } from '../capabilities.ts';

const STATES = { ready: 'ready', missing: 'not here', unused: 'not used' } as const;

/** What this browser offers, each with the reason. */
export function Capabilities(): JSX.Element {
  const [found, setFound] = useState<readonly Capability[]>([]);
  useEffect(() => void probe().then(setFound), []);
  return (
    <section class="capabilities" aria-labelledby="capabilities-title">
      <h2 id="capabilities-title">What answers here</h2>
      <dl>
        {found.map(({ name, state, reason }) => (
          <div key={name} data-state={state}>
            <dt>{name} <span class={`state ${state}`}>{STATES[state]}</span></dt>
            <dd>{reason}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
