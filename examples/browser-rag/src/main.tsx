import { render } from 'preact';
import { App } from './app.tsx';
import { startOffline } from './offline-copy.ts';
import { createDemoWorker } from './state/worker.ts';
import './styles/base.css';
import './styles/layout.css';
import './styles/library.css';
import './styles/conversation.css';
import './styles/source.css';
import './styles/run-log.css';

render(<App worker={createDemoWorker()} />, document.querySelector('#app') as HTMLElement);
startOffline();
