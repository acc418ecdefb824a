// What an import of WebAssembly gives in workerd and its bundlers.
declare module '*.wasm' {
  const module: WebAssembly.Module;
  // eslint-disable-next-line import/no-default-export -- what the bundlers make of the file
  export default module;
}
