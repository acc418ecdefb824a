/** Runs the work when no other tab or worker of the origin writes to the memory of that name; first come, first served. */
export async function oneAtATime<T>(name: string, work: () => Promise<T>): Promise<T> {
  return await navigator.locks.request(`blazen-memory-commit:${name}`, work);
}
