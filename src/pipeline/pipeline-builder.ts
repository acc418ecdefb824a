import { SnapshotError, ValidationError } from '../base/error-classes.ts';
import { type PipelineDefinition, Pipeline } from './pipeline.ts';
import { PipelineSnapshot, type PipelineSnapshotJson } from './pipeline-snapshot.ts';
import type { ParallelStage, Stage } from './stage.ts';
import type { PipelineState } from './types.ts';

/**
 * Builds a pipeline: stages that run one after the other, each on the output of the one before. The type parameter is the
 * last stage's output; it is inferred and never written.
 *
 * @example
 * const pipeline = new PipelineBuilder('research')
 *   .stage(new Stage('outline', (topic: string) => `About ${topic}`))
 *   .stage(new Stage('draft', (input: { text: string }) => ({ words: input.text.split(' ') }), (state) => ({ text: state.outline })))
 *   .build();
 * (await pipeline.run('tides')).words; // ['About', 'tides']
 */
export class PipelineBuilder<Output = unknown> {
  readonly #name: string;
  readonly #stages: (Stage<never> | ParallelStage)[] = [];
  #timeoutMs = 0;
  #persist: PipelineDefinition['persist'] = null;
  #persistJson: PipelineDefinition['persistJson'] = null;
  #from: PipelineSnapshot | PipelineSnapshotJson | string | null = null;

  /** @throws ValidationError when the name is empty. */
  constructor(name: string) {
    if (typeof name !== 'string' || !name) throw new ValidationError('Cannot build a pipeline without a name');
    this.#name = name;
  }

  /**
   * A builder whose pipeline goes on from a snapshot when it is run: add the same stages as before.
   *
   * @throws SnapshotError when it is not the snapshot of a pipeline.
   */
  static fromSnapshot(snapshot: PipelineSnapshot | PipelineSnapshotJson | string): PipelineBuilder {
    const builder = new PipelineBuilder(nameIn(snapshot));
    builder.#from = snapshot;
    return builder;
  }

  /** Add a stage. @throws ValidationError when the name is taken or the stage belongs to a pipeline already. */
  stage<State extends PipelineState, Next>(stage: Stage<State, Next>): PipelineBuilder<Next> { return this.#add(stage); }

  /** The same as `stage`. */
  addStage<State extends PipelineState, Next>(stage: Stage<State, Next>): PipelineBuilder<Next> { return this.#add(stage); }

  /** Add stages that run at the same time. @throws ValidationError when the name is taken or the stage belongs to a pipeline already. */
  parallel(stage: ParallelStage): PipelineBuilder { return this.#add(stage); }

  /** Longest active time of each workflow of a stage, in seconds; 0 or less for no limit of the pipeline's own, the default. */
  timeoutPerStage(seconds: number): this {
    this.#timeoutMs = seconds > 0 ? seconds * 1000 : 0;
    return this;
  }

  /** Call back with a snapshot after every stage, and wait. What it throws stops the pipeline with a PersistError. */
  onPersist(callback: (snapshot: PipelineSnapshot) => unknown): this {
    this.#persist = callback;
    return this;
  }

  /** The same with the snapshot's JSON text. */
  onPersistJson(callback: (json: string) => unknown): this {
    this.#persistJson = callback;
    return this;
  }

  /** @throws ValidationError when there is no stage. */
  build(): Pipeline<Output> {
    if (this.#stages.length === 0) throw new ValidationError(`Cannot build pipeline '${this.#name}': it has no stages`);
    return new Pipeline({
      name: this.#name, stages: [...this.#stages], timeoutMs: this.#timeoutMs, persist: this.#persist, persistJson: this.#persistJson, from: this.#from,
    });
  }

  #add<Next>(stage: Stage<never> | ParallelStage): PipelineBuilder<Next> {
    const { name } = stage;
    if (name === 'input') throw new ValidationError("Cannot add stage 'input': the pipeline's own input has that name", { path: name });
    if (this.#stages.some((other) => other.name === name)) throw new ValidationError(`Cannot add stage '${name}': the name is taken`, { path: name });
    stage.take();
    this.#stages.push(stage);
    return this as unknown as PipelineBuilder<Next>;
  }
}

/** The pipeline's name as a snapshot tells it; the snapshot itself is checked when it is resumed. */
function nameIn(snapshot: PipelineSnapshot | PipelineSnapshotJson | string): string {
  if (snapshot instanceof PipelineSnapshot) return snapshot.pipelineName;
  try {
    const { body } = (typeof snapshot === 'string' ? JSON.parse(snapshot) : snapshot) as { body?: { pipeline?: unknown } };
    if (typeof body?.pipeline === 'string') return body.pipeline;
  } catch {
    // Not JSON: told below.
  }
  throw new SnapshotError('Cannot read the snapshot: this is not one of a pipeline');
}
