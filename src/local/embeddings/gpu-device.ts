import { LocalModelError } from '../../base/error-classes.ts';
import { hostScope } from '../host-scope.ts';

/** A WebGPU device, as far as it is used. */
export interface GpuDevice {
  readonly lost: Promise<{ readonly message: string }>;
  destroy(): void;
}

const FEATURES = ['shader-f16', 'subgroups'];
const LIMITS = [
  'maxBufferSize', 'maxStorageBufferBindingSize', 'maxStorageBuffersPerShaderStage', 'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup', 'maxComputeWorkgroupSizeX', 'maxComputeWorkgroupSizeY', 'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
];

/** A device with all that the adapter offers and the runtime's shaders use. */
export async function openGpuDevice(name: string): Promise<GpuDevice> {
  try {
    const adapter = await hostScope().navigator?.gpu?.requestAdapter();
    if (!adapter) throw new Error('there is no adapter');
    const limits = adapter.limits as Readonly<Record<string, number>>;
    const offered = new Set(adapter.features);
    return await adapter.requestDevice({
      requiredFeatures: FEATURES.filter((feature) => offered.has(feature)),
      requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, limits[limit] as number])),
    });
  } catch (cause) {
    throw new LocalModelError(`Cannot load '${name}': WebGPU gives no device`, { problem: 'no-webgpu', fix: "Try again, or use the device 'wasm'", cause });
  }
}
