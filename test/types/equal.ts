/** True when both types are the same, `any` and `unknown` and optional fields told apart. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** Compiles only for `true`: `type _ = Expect<Equal<A, B>>`. */
export type Expect<T extends true> = T;
