import type { EventLike } from '../events/index.ts';
import type { Definition } from './run.ts';

/** An event type or a step. */
export interface GraphNode {
  /** Unique in the graph: `e0`, `s0`, … */
  readonly id: string;
  readonly kind: 'event' | 'step';
  /** The event's type, or the step's name. */
  readonly name: string;
}

/** An event starts a step, or a step gives an event. */
export interface GraphEdge {
  /** Ids of nodes. */
  readonly from: string;
  readonly to: string;
  /** `declared` by the definition, or `observed` in a run's log only. */
  readonly known: 'declared' | 'observed';
}

/** A workflow as a graph of event types and steps. */
export interface WorkflowGraph {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** The part of a log's record that tells which step gave which events. */
export interface GraphRecord {
  readonly step?: string;
  readonly events?: readonly EventLike[];
}

/**
 * The graph of a workflow: which events start which steps, and which events a step gives as far as that is known. What a
 * handler returns is known to the compiler only; name it with the policy `sends(…)`, or give the log of a run: then what
 * its steps gave there is in the graph as `observed`. An event without an edge to it comes from outside, or from where
 * neither says.
 *
 * @param log records of a run, as `readLog` gives them.
 * @example
 * const hello = new Workflow('hello').addStep('greet', ['blazen::StartEvent'], () => ({ type: 'blazen::StopEvent' }));
 * console.log(toMermaid(graphOf(hello)));
 */
export function graphOf(workflow: { readonly name: string; /** @internal */ definition(): Definition }, log: Iterable<GraphRecord> = []): WorkflowGraph {
  const { steps } = workflow.definition();
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const counts = { event: 0, step: 0 };
  const node = (kind: GraphNode['kind'], name: string): string => {
    const key = `${kind} ${name}`;
    const known = nodes.get(key) ?? { id: `${kind[0]}${counts[kind]++}`, kind, name };
    nodes.set(key, known);
    return known.id;
  };
  const connect = (from: string, to: string, known: GraphEdge['known']): void => {
    const key = `${from} ${to}`;
    if (!edges.has(key)) edges.set(key, { from, to, known });
  };
  for (const { name, types, policies } of steps) {
    for (const type of types) connect(node('event', type), node('step', name), 'declared');
    for (const type of policies.flatMap((policy) => policy.sends ?? [])) connect(node('step', name), node('event', type), 'declared');
  }
  for (const { step, events = [] } of log) {
    for (const { type } of events) {
      const event = node('event', type);
      if (step !== undefined) connect(node('step', step), event, 'observed');
    }
  }
  return { name: workflow.name, nodes: [...nodes.values()], edges: [...edges.values()] };
}

/** The graph as a Mermaid flowchart: steps as boxes, events as rounded ones, observed edges dotted. */
export function toMermaid({ nodes, edges }: WorkflowGraph): string {
  const lines = nodes.map(({ id, kind, name }) => (kind === 'step' ? `${id}["${escape(name)}"]` : `${id}(["${escape(name)}"])`));
  for (const { from, to, known } of edges) lines.push(`${from} ${known === 'declared' ? '-->' : '-.->'} ${to}`);
  return `flowchart TD\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** Whatever Mermaid, Markdown or HTML could take for something else becomes an entity code. */
function escape(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N} _.:/-]/gu, (character) => `#${character.codePointAt(0)};`) || ' ';
}
