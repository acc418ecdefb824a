import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const suite: Suite<Lib> = (t, { root, local }) => {
  t.test('capabilities tell what this host has, and null where it has no answer', async () => {
    const { webGpu, wasm, isolated, storage, promptApi, deviceMemoryGb, hardwareConcurrency } = await local.capabilities();
    const inBrowser = __HOST__ === 'browser';
    if (webGpu.ok) t.ok(webGpu.features.length > 0 && webGpu.limits['maxBufferSize']! > 0);
    else t.equal(webGpu.problem, 'no-webgpu');
    t.equal(wasm.compile, __HOST__ !== 'workerd');
    t.ok(wasm.simd);
    t.ok(!wasm.threads || wasm.compile);
    t.equal(wasm.threads, __HOST__ === 'node' || __HOST__ === 'deno' || isolated === true);
    t.equal(typeof isolated === 'boolean', inBrowser);
    t.equal(storage.quota !== null, inBrowser);
    t.equal(typeof storage.persisted === 'boolean', inBrowser);
    t.ok(promptApi === null || inBrowser);
    t.ok(deviceMemoryGb === null || deviceMemoryGb > 0);
    t.ok(hardwareConcurrency === null || hardwareConcurrency >= 1);
    t.deepEqual(structuredClone(await local.capabilities()), await local.capabilities());
  });

  t.test('an aborted look at the device says so', async () => {
    await t.rejects(local.capabilities({ signal: AbortSignal.abort() }), root.AbortedError);
    await t.rejects(async () => {
      const stop = new AbortController();
      const looked = local.capabilities({ signal: stop.signal });
      stop.abort(new Error('enough'));
      await looked;
    }, root.AbortedError);
  });

  t.test('a requirement answers with a probe', async () => {
    const gpu = await local.requireWebGpu({ features: ['shader-f16'], limits: { maxBufferSize: 2 ** 60 } });
    t.ok(!gpu.ok);
    if (!gpu.ok) t.ok(gpu.reason.length > 0 && gpu.fix.length > 0);
    t.equal(local.requireWasm().ok, __HOST__ !== 'workerd');
    t.equal(local.requireIsolation().ok, (await local.capabilities()).isolated !== false);
  });

  t.test('a package that is not there is a typed error', async () => {
    const error = await t.rejects(local.loadPackage('no-such-engine', () => Promise.reject(new Error('Cannot find package'))), root.LocalModelError);
    t.equal((error as InstanceType<typeof root.LocalModelError>).problem, 'not-installed');
  });
};

export default suite;
