/** Rows per segment, in memory and in stores. */
export const SEGMENT_ROWS = 1024;
