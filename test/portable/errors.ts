import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const suite: Suite<Lib> = (t, { root }) => {
  t.test('an error of the tree is an instance of each of its ancestors and of nothing else', () => {
    const error = new root.WorkflowStalledError('No step accepts Miss', { unhandled: ['Miss'] });
    t.ok(error instanceof root.WorkflowStalledError);
    t.ok(error instanceof root.WorkflowError);
    t.ok(error instanceof root.BlazenError);
    t.ok(error instanceof Error);
    t.ok(!(error instanceof root.ValidationError));
    t.ok(root.isBlazenError(error));
    t.ok(!root.isBlazenError(new Error('foreign')));
    t.ok(!root.isBlazenError(null));
  });

  t.test('a user\'s own subclass keeps its identity inside the tree', () => {
    class Mine extends root.TimeoutError {}
    class Other extends root.TimeoutError {}
    const error = new Mine('late');
    t.ok(error instanceof Mine && error instanceof root.TimeoutError);
    t.ok(!(error instanceof Other));
    t.ok(!(new root.TimeoutError('late') instanceof Mine));
  });

  t.test('the JSON of an error carries name, code and own fields but never the cause', () => {
    const error = new root.StepError('Step failed', {
      step: 'search', eventType: 'Ask', attempt: 2, cause: new Error('key sk-123'), code: 'workflow.step_failed',
    });
    const json = JSON.stringify(error);
    t.deepEqual(JSON.parse(json), {
      name: 'StepError', message: 'Step failed', code: 'workflow.step_failed', retryable: false,
      step: 'search', eventType: 'Ask', attempt: 2,
    });
    t.equal((error.cause as Error).message, 'key sk-123');
  });

  t.test('a code given by the thrower replaces the default of its class', () => {
    t.equal(new root.TimeoutError('late').code, 'timeout');
    t.equal(new root.TimeoutError('late', { code: 'workflow.timeout' }).code, 'workflow.timeout');
    t.equal(new root.TimeoutError('late').retryable, true);
  });
};

export default suite;
