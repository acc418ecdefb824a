/**
 * A store whose writes are counted: JSON of the arguments of the methods named, by default of all that are not for reading.
 * The store itself is changed, for engines that keep it.
 */
export function counted(store, ...names) {
  let bytes = 0;
  const methods = names.length > 0 ? names : Object.keys(store).filter((name) => typeof store[name] === 'function' && !/^(get|load|list|read|find|due)/.test(name));
  for (const name of methods) {
    const method = store[name];
    store[name] = function (...args) {
      bytes += JSON.stringify(args).length;
      return method.apply(this, args);
    };
  }
  return { store, total: () => bytes };
}
