import { capabilities, type Capabilities, type Probe, requireIsolation, requireWebGpu } from '../../../src/local/index.ts';

export interface CapabilitiesPage {
  look(): Promise<Capabilities>;
  probes(): Promise<Readonly<Record<'any' | 'f16' | 'huge' | 'fits' | 'isolation', Probe>>>;
}

const page: CapabilitiesPage = {
  look: () => capabilities(),
  probes: async () => ({
    any: await requireWebGpu(), f16: await requireWebGpu({ features: ['shader-f16'] }), huge: await requireWebGpu({ limits: { maxBufferSize: 2 ** 60 } }),
    fits: await requireWebGpu({ limits: { maxBufferSize: 2 ** 20 } }), isolation: requireIsolation(),
  }),
};
Object.assign(globalThis, { page });
