// How often the beacon turns.
export function turnsPerMinute(seconds: number): number {
  return 60 / seconds;
}
