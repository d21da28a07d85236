/** A time in RFC 3339 as `2026-11-26 14:03`, in UTC, for people. */
export const minuteOf = (time: string): string => time.slice(0, 16).replace("T", " ");
