import { AwsEventStreamDecoder } from '../../../http/index.ts';
import type { Frames } from '../../core/dialect.ts';

/** AWS event frames; exceptions and errors become events named after them. */
export function awsFrames(onEvent: (data: string, name: string) => void): Frames {
  return new AwsEventStreamDecoder((headers, payload) => {
    if (headers[':message-type'] === 'error') {
      onEvent(JSON.stringify({ message: headers[':error-message'] ?? '' }), `${headers[':error-code'] ?? ''}Exception`);
    } else {
      onEvent(payload || '{}', headers[':exception-type'] ?? headers[':event-type'] ?? '');
    }
  });
}
