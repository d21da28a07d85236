import type { DockerServer } from "../../machine/docker/docker";

/** Something that stands in the way of the lab, and what to do about it. */
export interface Obstacle {
  readonly problem: string;
  readonly remedy: string;
}

/** An obstacle that does not stop anybody, as `status` tells it. */
export const warningOf = ({ problem, remedy }: Obstacle): string =>
  `warning: ${problem}\n  remedy: ${remedy}`;

/** What a check looked at, for `doctor`. */
export interface Check {
  readonly name: string;
  readonly found: string;
  readonly obstacle?: Obstacle | undefined;
}

/** The daemon that answers, or why none does. */
export type Docker = DockerServer | { readonly absent: string };

export const gibibyte = 1024 ** 3;

export const inGiB = (bytes: number): string => `${(bytes / gibibyte).toFixed(1)} GiB`;
