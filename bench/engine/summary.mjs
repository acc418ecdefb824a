const median = (list) => {
  const kept = list.filter(Number.isFinite).sort((a, b) => a - b);
  const half = kept.length >> 1;
  return kept.length % 2 === 1 ? kept[half] : (kept[half - 1] + kept[half]) / 2;
};
const mean = (a, b) => (a + b) / 2;

/**
 * Raw rows to medians: summary[scenario][engine] = { warm, cold (shares of the floor), rate, n, growth,
 * growthFrom, bytes, core, durable, ms, timesFloor } or { unsupported } or { error }.
 */
export function summarise(raw) {
  const summary = {};
  const groups = new Map();
  for (const row of raw) {
    const key = `${row.scenario}|${row.engine}|${row.measured}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  for (const rows of groups.values()) {
    const { scenario, engine, measured } = rows[0];
    const entry = ((summary[scenario] ??= {})[engine] ??= {});
    const failed = rows.find((row) => row.error !== undefined || row.unsupported);
    if (failed !== undefined) Object.assign(entry, { error: failed.error, unsupported: failed.unsupported });
    else if (measured === 'speed') Object.assign(entry, speedOf(rows));
    else if (measured === 'growth') Object.assign(entry, { growth: median(rows.map((row) => row.times)), growthFrom: rows[0].n });
    else if (measured === 'parked' || measured === 'bytes') Object.assign(entry, sizeOf(rows[0]));
    else if (measured === 'bundle') Object.assign(entry, { core: rows[0].core, durable: rows[0].durable });
    else if (measured === 'resume') Object.assign(entry, { n: rows[0].n, ms: median(rows.map((row) => row.ms)), growth: median(rows.map((row) => row.times)) });
    else Object.assign(entry, importOf(rows));
  }
  return summary;
}

function speedOf(rows) {
  const share = (field) => median(rows.map((row) => row[field] / mean(row.floors[0][field], row.floors[1][field])));
  return {
    n: rows[0].n,
    rate: median(rows.map((row) => row.warm)),
    warm: share('warm'),
    cold: share('cold'),
    floorRate: median(rows.flatMap((row) => row.floors.map((floor) => floor.warm))),
  };
}

function sizeOf({ bytes, floors }) {
  return { bytes, timesFloor: bytes / mean(floors[0].bytes, floors[1].bytes) };
}

function importOf(rows) {
  const ms = median(rows.map((row) => row.ms));
  return { ms, timesFloor: ms / median(rows.flatMap((row) => row.floors.map((floor) => floor.ms))) };
}
