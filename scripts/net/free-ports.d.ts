/** Ports on which nobody listens, for other processes; asked for together, so that all are different. */
export function freePorts(count: 2): Promise<[number, number]>;
export function freePorts(count: number, host?: string): Promise<number[]>;

/** One of them. */
export function freePort(): Promise<number>;
