// What a copy of the package with a planted bug has to offer.
export { simulate, SimulationError } from '../../../src/testing/index.ts';
export { subjects, yes } from './simulated-workflows.ts';
