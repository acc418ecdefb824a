import { testSeeds } from '../unit/testing/simulated-seeds.ts';

testSeeds(Number(process.env['SEEDS'] ?? 20_000));
