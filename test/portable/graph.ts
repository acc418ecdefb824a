import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const STOP = 'blazen::StopEvent';

/** What a flowchart of ours may look like, line by line: a strict part of Mermaid's grammar. */
const NODE = /^ {2}(?<id>[es]\d+)(?:\["(?<box>[^"]*)"\]|\(\["(?<round>[^"]*)"\]\))$/;
const EDGE = /^ {2}(?<from>[es]\d+) (?:-->|-\.->) (?<to>[es]\d+)$/;
const TEXT = /^(?:[\p{L}\p{N} _.:/-]|#\d+;)+$/u;

const suite: Suite<Lib> = (t, { root, durable, events }) => {
  const { Workflow, collect, graphOf, readLog, sends, toMermaid } = root;

  /** The names by id and the edges, or what is wrong with the text. */
  function parse(text: string): { readonly names: Map<string, string>; readonly edges: string[] } {
    const [head, ...lines] = text.split('\n');
    t.equal(head, 'flowchart TD');
    t.equal(lines.pop(), '');
    const names = new Map<string, string>();
    const edges: string[] = [];
    for (const line of lines) {
      const node = NODE.exec(line)?.groups;
      const edge = EDGE.exec(line)?.groups;
      t.ok(node ?? edge, `not a line of a flowchart: ${line}`);
      if (node !== undefined) {
        const label = node['box'] ?? node['round'] ?? '';
        t.ok(TEXT.test(label), `not a label: ${label}`);
        t.ok(!names.has(node['id'] as string), `twice: ${line}`);
        names.set(node['id'] as string, label.replaceAll(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))));
      }
      if (edge !== undefined) {
        t.ok(names.has(edge['from'] as string) && names.has(edge['to'] as string), `between what is not there: ${line}`);
        edges.push(line.trim());
      }
    }
    return { names, edges };
  }

  const flow = () => new Workflow('flow')
    .addStep('split', [START], () => [{ type: 'Part', n: 1 }, { type: 'Part', n: 2 }])
    .addStep('work', ['Part'], () => ({ type: 'Done' }))
    .addStep('join', ['Done'], () => ({ type: STOP, result: 1 }), collect(2));

  t.test('a graph tells which events start which steps, and what a step says it sends', () => {
    const Part = events.defineEvent('Part');
    const workflow = new Workflow('flow').addStep('split', [START], (_event, context) => { context.sendEvent({ type: 'Part' }); return null; }, sends(Part)).addStep('work', ['Part', 'Other'], () => null);
    t.deepEqual(graphOf(workflow), {
      name: 'flow',
      nodes: [
        { id: 'e0', kind: 'event', name: START }, { id: 's0', kind: 'step', name: 'split' }, { id: 'e1', kind: 'event', name: 'Part' },
        { id: 's1', kind: 'step', name: 'work' }, { id: 'e2', kind: 'event', name: 'Other' },
      ],
      edges: [
        { from: 'e0', to: 's0', known: 'declared' }, { from: 's0', to: 'e1', known: 'declared' },
        { from: 'e1', to: 's1', known: 'declared' }, { from: 'e2', to: 's1', known: 'declared' },
      ],
    });
  });

  t.test('the log of a run adds what its steps gave', async () => {
    const workflow = flow();
    const handler = await workflow.runWithHandler();
    await handler.result();
    const { names, edges } = parse(toMermaid(graphOf(workflow, readLog(handler))));
    const named = edges.map((edge) => edge.replaceAll(/[es]\d+/g, (id) => names.get(id) ?? '?'));
    t.deepEqual(named, [
      `${START} --> split`, 'Part --> work', 'Done --> join', 'split -.-> Part', 'work -.-> Done', `join -.-> ${STOP}`,
    ]);
    t.deepEqual(parse(toMermaid(graphOf(workflow))).edges.length, 3);
    t.deepEqual(workflow.graph(readLog(handler)), graphOf(workflow, readLog(handler)));
    t.ok(workflow instanceof durable.Workflow);
  });

  t.test('hostile names are only names', () => {
    const names = ['"];click s0 "javascript:alert(1)"', '`**bold**`', '#35;#', 'a\nb --> c', '<script>', '</script>', 'end', 'graph', '%%{init: {}}%%', '{{x}}', '\u0000', '\u2028', '😀 emoji', "it's & more", '日本語', 's0', '   '];
    const workflow = new Workflow('hostile');
    for (const name of names) workflow.addStep(name, [name], () => null);
    const parsed = [...parse(toMermaid(graphOf(workflow))).names.values()];
    t.deepEqual(parsed, names.flatMap((name) => [name, name]));
  });
};

export default suite;
